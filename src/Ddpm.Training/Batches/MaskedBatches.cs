using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>Adds a mask to batches, the weight of each element in the loss, for unknown pixels or the padding of shorter signals.</summary>
public sealed class MaskedBatches : IBatchSource
{
    private readonly IBatchSource source;
    private readonly Func<TrainingBatch, Tensor> mask;
    private readonly string name;

    /// <summary>Adds a mask to every batch.</summary>
    /// <param name="source">The source of the batches.</param>
    /// <param name="mask">
    /// Makes a batch's mask: a fresh tensor in the shape of its examples, or with axes of 1 after the first, ≥ 0. The mask depends on the
    /// batch alone.
    /// </param>
    /// <param name="name">The name of the mask, for <see cref="Identity"/>: a run must be resumed with a mask of the same name.</param>
    public MaskedBatches(IBatchSource source, Func<TrainingBatch, Tensor> mask, string name = "masked")
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentNullException.ThrowIfNull(name);
        this.source = source;
        this.mask = mask;
        this.name = name;
    }

    /// <inheritdoc/>
    public int BatchSize => source.BatchSize;

    /// <inheritdoc/>
    public string Identity => $"{source.Identity}, {name}";

    /// <inheritdoc/>
    public TrainingBatch Batch(long number)
    {
        TrainingBatch batch = source.Batch(number);
        try
        {
            using var scope = NewDisposeScope();
            return new TrainingBatch(batch.X0, batch.Labels, mask(batch), batch.Conditions);
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }
}
