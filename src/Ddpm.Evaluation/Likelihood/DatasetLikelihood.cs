using Ddpm.Core;
using Ddpm.Data;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Computes the exact likelihood over a data set by the probability flow in bits/dim (Song et al. 2020, arXiv:2011.13456, Table 2), batch
/// by batch, so that it can be interrupted and resumed. Bits/dim refer to pixels: the data set must hold images of whole bytes.
/// </summary>
public static class DatasetLikelihood
{
    /// <summary>Evaluates a likelihood, or resumes the evaluation of a progress file.</summary>
    /// <param name="likelihood">The likelihood.</param>
    /// <param name="data">The examples.</param>
    /// <param name="options">The settings. Default: all examples.</param>
    /// <param name="progress">Receives the state after every call of the network; the time counts from the start of this method.</param>
    /// <param name="communicator">
    /// The processes that share the examples, each with a separate progress file. Default: a single process. With several processes, the
    /// call is collective, and all get the same report.
    /// </param>
    /// <param name="cancellationToken">Stops within one step; the progress file holds all finished batches.</param>
    /// <returns>
    /// The mean with its standard errors: the same bits whether stopped or not, and the same to rounding in any number of processes.
    /// </returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">
    /// The progress file is damaged or belongs to another evaluation; the message says what differs.
    /// </exception>
    /// <exception cref="IOException">Another evaluation has the progress file, or it cannot be written.</exception>
    /// <exception cref="InvalidOperationException">
    /// The model is in training mode, or no gradient reaches x_t, or its output has the wrong shape.
    /// </exception>
    /// <exception cref="NonFiniteException">The density became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public static LikelihoodReport Evaluate(DequantizedLikelihood likelihood, IDataset data, DatasetBoundOptions? options = null,
        IProgress<BoundProgress>? progress = null, ICommunicator? communicator = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(likelihood);
        return new Evaluation(likelihood).Run(data, options, progress, communicator, cancellationToken).Report();
    }

    private sealed class Evaluation(DequantizedLikelihood likelihood) : DatasetEvaluation<LikelihoodAccumulator>
    {
        protected override long CallsPerBatch => likelihood.NetworkCalls;

        protected override string Settings
        {
            get
            {
                Divergence divergence = likelihood.Flow.Divergence;
                string trace = divergence.Probes == 0 ? "exact divergence" : $"{divergence.Probes} {divergence.Distribution} probes";
                return $"probability flow; dequantization {likelihood.Options.Dequantization}, draws {likelihood.Options.Draws}; {trace}; "
                    + Words(likelihood.Flow.Process);
            }
        }

        protected override LikelihoodAccumulator Begin() => likelihood.NewAccumulator();

        protected override long Examples(LikelihoodAccumulator sums) => sums.Examples;

        protected override void Accumulate(
            LikelihoodAccumulator sums, Tensor batch, INoiseSource noise, long firstExample, Action stepped, CancellationToken stop) =>
            likelihood.Accumulate(sums, batch, noise, firstExample, stepped, stop);

        protected override void Merge(LikelihoodAccumulator sums, ICommunicator ranks) => sums.Merge(ranks);

        protected override void Save(string file, LikelihoodAccumulator sums, string identity) =>
            LikelihoodFile.Save(file, sums, identity);

        protected override LikelihoodAccumulator Load(string file, string identity)
        {
            LikelihoodAccumulator saved = LikelihoodFile.Load(file, identity), fresh = Begin();
            RequireSame(file, "draws", fresh.Draws, saved.Draws);
            RequireSame(file, "probes", fresh.Probes, saved.Probes);
            return saved;
        }
    }
}
