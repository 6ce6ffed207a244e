using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>Adds a mask to batches, the weight of each element in the loss, for unknown pixels or the padding of shorter signals.</summary>
public sealed class MaskedBatches : IBatchSource
{
    private readonly MappedBatches masked;

    /// <summary>Adds a mask to every batch.</summary>
    /// <param name="source">The source of the batches.</param>
    /// <param name="mask">
    /// Makes a batch's mask: a fresh tensor in the shape of its examples, or with axes of 1 after the first, ≥ 0. The mask depends on the
    /// batch alone.
    /// </param>
    /// <param name="name">The name of the mask, for <see cref="Identity"/>: a run must be resumed with a mask of the same name.</param>
    public MaskedBatches(IBatchSource source, Func<TrainingBatch, Tensor> mask, string name = "masked")
    {
        ArgumentNullException.ThrowIfNull(mask);
        masked = new MappedBatches(
            source, (batch, _) => new TrainingBatch(batch.X0, batch.Labels, mask(batch), batch.Conditions), name);
    }

    /// <inheritdoc/>
    public int BatchSize => masked.BatchSize;

    /// <inheritdoc/>
    public string Identity => masked.Identity;

    /// <inheritdoc/>
    public TrainingBatch Batch(long number) => masked.Batch(number);
}
