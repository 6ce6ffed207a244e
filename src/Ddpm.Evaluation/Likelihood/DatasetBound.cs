using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Ddpm.Core;
using Ddpm.Data;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Computes the variational bound over a data set in bits/dim (Ho et al. 2020, arXiv:2006.11239, Tables 1 and 4), batch by batch, so that
/// it can be interrupted and resumed. Bits/dim refer to pixels: the data set must hold images of whole bytes.
/// </summary>
public static class DatasetBound
{
    /// <summary>Evaluates a bound, or resumes the evaluation of a progress file.</summary>
    /// <param name="bound">The bound.</param>
    /// <param name="data">The examples.</param>
    /// <param name="options">The settings. Default: all examples.</param>
    /// <param name="progress">Receives the state after every call of the network; the time counts from the start of this method.</param>
    /// <param name="communicator">
    /// The processes that share the examples, each with a separate progress file. Default: a single process. With several processes, the
    /// call is collective, and all get the same report.
    /// </param>
    /// <param name="cancellationToken">Stops within one step; the progress file holds all finished batches.</param>
    /// <returns>
    /// Means with their standard errors: the same bits whether stopped or not, and the same to rounding in any number of processes.
    /// </returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">
    /// The progress file is damaged or belongs to another evaluation; the message says what differs.
    /// </exception>
    /// <exception cref="IOException">Another evaluation has the progress file, or it cannot be written.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">A term became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public static BoundReport Evaluate(VariationalBound bound, IDataset data, DatasetBoundOptions? options = null,
        IProgress<BoundProgress>? progress = null, ICommunicator? communicator = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bound);
        ArgumentNullException.ThrowIfNull(data);
        DatasetBoundOptions valid = (options ?? DatasetBoundOptions.Default).Validated(data.Count);
        ICommunicator ranks = communicator ?? SingleProcess.Instance;
        return ranks.Together(() => EvaluateShare(bound, data, valid, progress, ranks, cancellationToken));
    }

    private static BoundReport EvaluateShare(VariationalBound bound, IDataset data, DatasetBoundOptions options,
        IProgress<BoundProgress>? progress, ICommunicator ranks, CancellationToken cancellationToken)
    {
        int count = options.Examples ?? data.Count, timesteps = bound.Process.Coefficients.Timesteps;
        (int first, int end) = ranks.Share(count);
        string identity = Identity(bound, data, options, first, end);
        string? file = options.ProgressFile is { } path
            ? (ranks.WorldSize == 1 ? path : string.Create(CultureInfo.InvariantCulture, $"{path}.{ranks.Rank}-of-{ranks.WorldSize}"))
            : null;
        using RunLock? taken = file is null ? null : RunLock.OfFile(file);
        BoundAccumulator sums = bound.NewAccumulator();
        if (file is not null && File.Exists(file))
        {
            BoundAccumulator saved = BoundFile.Load(file, identity);
            RequireSame(file, "timesteps", sums.Timesteps, saved.Timesteps);
            RequireSame(file, "draws", sums.Draws, saved.Draws);
            if (saved.Examples > end - first)
            {
                throw new InvalidDataException($"{file}: examples must be at most {end - first}, but is {saved.Examples}.");
            }

            sums = saved;
        }

        var noise = new PerSampleNoise(options.Seed);
        long started = Stopwatch.GetTimestamp(), steps = 0,
            total = (end - first - sums.Examples + options.BatchSize - 1) / options.BatchSize * bound.Options.Draws * timesteps;
        while (first + sums.Examples < end)
        {
            int next = checked((int)(first + sums.Examples));
            using Tensor batch = DatasetBatches.Examples(data, next, Math.Min(options.BatchSize, end - next));
            bound.Accumulate(sums, batch, noise, next, () =>
                progress?.Report(new BoundProgress(++steps, total, sums.Examples, Stopwatch.GetElapsedTime(started))), cancellationToken);
            if (file is not null) BoundFile.Save(file, sums, identity);
        }

        sums.Merge(ranks);
        BoundReport report = sums.Report();
        if (file is not null) File.Delete(file);
        return report;
    }

    private static void RequireSame(string file, string field, long expected, long actual)
    {
        if (actual != expected) throw new InvalidDataException($"{file}: {field} must be {expected}, but is {actual}.");
    }

    // All that the sums depend on. The batch size is among it: sums of other batches are equal to rounding only.
    private static string Identity(VariationalBound bound, IDataset data, DatasetBoundOptions options, int first, int end)
    {
        ReverseDiffusionOptions process = bound.Process.Options;
        byte[] betas = [.. bound.Process.Coefficients.Betas.SelectMany(BitConverter.GetBytes)];
        return string.Create(CultureInfo.InvariantCulture,
            $"network {(options.NetworkIdentity.Length > 0 ? options.NetworkIdentity : "unnamed")}; data {data.Identity}, examples " +
            $"{first} … {end - 1} by {options.BatchSize}; seed {options.Seed}; draws {bound.Options.Draws}; decoder " +
            $"{bound.Options.Decoder.GetType().Name}; T {bound.Process.Coefficients.Timesteps}, betas " +
            $"{Convert.ToHexStringLower(SHA256.HashData(betas))[..16]}; {process.Prediction.GetType().Name}, " +
            $"{process.Variance.GetType().Name}, {process.Clipping.GetType().Name}, {process.InitialLogVariance}");
    }
}
