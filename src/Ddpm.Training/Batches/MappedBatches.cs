using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Makes the batches of a source into others, for conditions that follow from the examples: a small picture of each, or the part of a
/// series that is known.
/// </summary>
public sealed class MappedBatches : IBatchSource
{
    private readonly IBatchSource source;
    private readonly Func<TrainingBatch, long, TrainingBatch> map;
    private readonly string name;

    /// <summary>Changes every batch.</summary>
    /// <param name="source">The source of the batches.</param>
    /// <param name="map">
    /// Makes a batch from the source's and its number. The new batch may have the other's tensors or fresh ones; the rest is freed.
    /// The result depends on the batch and the number alone: take random numbers from a <see cref="Core.CounterBasedRandom"/> or a
    /// <see cref="Core.PerSampleNoise"/>. Several threads may call it at once when batches are read ahead.
    /// </param>
    /// <param name="name">The name of the change, for <see cref="Identity"/>: a run must be resumed with a change of the same name.</param>
    public MappedBatches(IBatchSource source, Func<TrainingBatch, long, TrainingBatch> map, string name)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(name);
        this.source = source;
        this.map = map;
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
            TrainingBatch mapped = map(batch, number)
                ?? throw new InvalidOperationException($"map of {nameof(MappedBatches)} must return a batch, but returned null.");
            batch.DisposeExcept(mapped);
            return mapped;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }
}
