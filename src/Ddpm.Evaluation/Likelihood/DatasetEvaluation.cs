using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Ddpm.Core;
using Ddpm.Data;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// A data set gone through batch by batch, in sums that a file keeps after every batch, by one process or several.
/// </summary>
/// <typeparam name="TSums">The sums.</typeparam>
internal abstract class DatasetEvaluation<TSums>
{
    /// <summary>Gets how often a batch asks the network.</summary>
    protected abstract long CallsPerBatch { get; }

    /// <summary>Gets all that the sums depend on beside data, seed and batches, as text.</summary>
    protected abstract string Settings { get; }

    /// <summary>Goes through the examples, or on from a progress file; all ranks get the sums of all.</summary>
    public TSums Run(IDataset data, DatasetBoundOptions? options, IProgress<BoundProgress>? progress, ICommunicator? communicator,
        CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(data);
        DatasetBoundOptions valid = (options ?? DatasetBoundOptions.Default).Validated(data.Count);
        ICommunicator ranks = communicator ?? SingleProcess.Instance;
        return ranks.Together(() => RunShare(data, valid, progress, ranks, stop));
    }

    private TSums RunShare(
        IDataset data, DatasetBoundOptions options, IProgress<BoundProgress>? progress, ICommunicator ranks, CancellationToken stop)
    {
        int count = options.Examples ?? data.Count;
        (int first, int end) = ranks.Share(count);
        string identity = Identity(data, options, first, end);
        string? file = options.ProgressFile is { } path
            ? (ranks.WorldSize == 1 ? path : string.Create(CultureInfo.InvariantCulture, $"{path}.{ranks.Rank}-of-{ranks.WorldSize}"))
            : null;
        using RunLock? taken = file is null ? null : RunLock.OfFile(file);
        TSums sums = Begin();
        if (file is not null && File.Exists(file))
        {
            sums = Load(file, identity);
            if (Examples(sums) > end - first)
            {
                throw new InvalidDataException($"{file}: examples must be at most {end - first}, but is {Examples(sums)}.");
            }
        }

        var noise = new PerSampleNoise(options.Seed);
        long started = Stopwatch.GetTimestamp(), steps = 0,
            total = (end - first - Examples(sums) + options.BatchSize - 1) / options.BatchSize * CallsPerBatch;
        while (first + Examples(sums) < end)
        {
            int next = checked((int)(first + Examples(sums)));
            using Tensor batch = DatasetBatches.Examples(data, next, Math.Min(options.BatchSize, end - next));
            Accumulate(
                sums,
                batch,
                noise,
                next,
                () => progress?.Report(new BoundProgress(++steps, total, Examples(sums), Stopwatch.GetElapsedTime(started))),
                stop);
            if (file is not null) Save(file, sums, identity);
        }

        Merge(sums, ranks);
        if (file is not null) File.Delete(file);
        return sums;
    }

    /// <summary>Creates sums of no examples.</summary>
    protected abstract TSums Begin();

    /// <summary>Gives how many examples are in sums.</summary>
    protected abstract long Examples(TSums sums);

    /// <summary>Adds a batch.</summary>
    protected abstract void Accumulate(
        TSums sums, Tensor batch, INoiseSource noise, long firstExample, Action stepped, CancellationToken stop);

    /// <summary>Adds the examples of all ranks.</summary>
    protected abstract void Merge(TSums sums, ICommunicator ranks);

    /// <summary>Writes the progress file.</summary>
    protected abstract void Save(string file, TSums sums, string identity);

    /// <summary>Reads the progress file, which must hold as many sums as <see cref="Begin"/>.</summary>
    protected abstract TSums Load(string file, string identity);

    /// <summary>Throws where a progress file has another number than this evaluation.</summary>
    /// <exception cref="InvalidDataException">The numbers differ.</exception>
    protected static void RequireSame(string file, string field, long expected, long actual)
    {
        if (actual != expected) throw new InvalidDataException($"{file}: {field} must be {expected}, but is {actual}.");
    }

    /// <summary>Gives a process as text.</summary>
    protected static string Words(ReverseDiffusion process)
    {
        byte[] betas = [.. process.Coefficients.Betas.SelectMany(BitConverter.GetBytes)];
        ReverseDiffusionOptions options = process.Options;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"T {process.Coefficients.Timesteps}, betas {Convert.ToHexStringLower(SHA256.HashData(betas))[..16]}; "
                + $"{options.Prediction.GetType().Name}, {options.Variance.GetType().Name}, {options.Clipping.GetType().Name}, "
                + $"{options.InitialLogVariance}");
    }

    // The batch size is among it: sums of other batches are equal to rounding only.
    private string Identity(IDataset data, DatasetBoundOptions options, int first, int end) => string.Create(
        CultureInfo.InvariantCulture,
        $"network {(options.NetworkIdentity.Length > 0 ? options.NetworkIdentity : "unnamed")}; data {data.Identity}, examples "
            + $"{first} … {end - 1} by {options.BatchSize}; seed {options.Seed}; {Settings}");
}
