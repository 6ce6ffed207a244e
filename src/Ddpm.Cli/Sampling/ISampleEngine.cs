using Ddpm.Core;

namespace Ddpm.Cli.Sampling;

/// <summary>Draws the samples of a plan. Dispose it to free the network.</summary>
internal interface ISampleEngine : IDisposable
{
    /// <summary>Draws samples, batch by batch.</summary>
    /// <param name="request">Which.</param>
    /// <param name="progress">Receives every step.</param>
    /// <param name="stop">Ends the drawing within a step.</param>
    IEnumerable<DrawnBatch> Batches(DrawRequest request, IProgress<SamplingProgress>? progress, CancellationToken stop);
}
