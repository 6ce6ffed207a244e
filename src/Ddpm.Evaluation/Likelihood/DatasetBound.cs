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
        return new Evaluation(bound).Run(data, options, progress, communicator, cancellationToken).Report();
    }

    private sealed class Evaluation(VariationalBound bound) : DatasetEvaluation<BoundAccumulator>
    {
        protected override long CallsPerBatch => (long)bound.Options.Draws * bound.Process.Coefficients.Timesteps;

        protected override string Settings =>
            $"draws {bound.Options.Draws}; decoder {bound.Options.Decoder.GetType().Name}; {Words(bound.Process)}";

        protected override BoundAccumulator Begin() => bound.NewAccumulator();

        protected override long Examples(BoundAccumulator sums) => sums.Examples;

        protected override void Accumulate(
            BoundAccumulator sums, Tensor batch, INoiseSource noise, long firstExample, Action stepped, CancellationToken stop) =>
            bound.Accumulate(sums, batch, noise, firstExample, stepped, stop);

        protected override void Merge(BoundAccumulator sums, ICommunicator ranks) => sums.Merge(ranks);

        protected override void Save(string file, BoundAccumulator sums, string identity) => BoundFile.Save(file, sums, identity);

        protected override BoundAccumulator Load(string file, string identity)
        {
            BoundAccumulator saved = BoundFile.Load(file, identity);
            RequireSame(file, "timesteps", bound.Process.Coefficients.Timesteps, saved.Timesteps);
            RequireSame(file, "draws", bound.Options.Draws, saved.Draws);
            return saved;
        }
    }
}
