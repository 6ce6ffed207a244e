namespace Ddpm.Training;

/// <summary>
/// Where a trainer's examples come from. A batch is a function of its number alone, so that a run can be repeated and resumed, and
/// batches be read ahead.
/// </summary>
public interface IBatchSource
{
    /// <summary>The number of examples in each batch. Range: ≥ 1.</summary>
    int BatchSize { get; }

    /// <summary>What the batches are made of, as text: a run must be resumed with the same.</summary>
    string Identity => $"{GetType().Name} of {BatchSize}";

    /// <summary>One batch. Several threads may ask at once where batches are read ahead, see <see cref="PrefetchedBatches"/>.</summary>
    /// <param name="number">Its number, counted from 0 at the start of the training. Range: ≥ 0.</param>
    /// <returns>The batch, on the CPU; the caller disposes it.</returns>
    TrainingBatch Batch(long number);

    /// <summary>
    /// Some of the examples of a batch: what one of several processes reads of it, see <see cref="Trainer"/>. Default: reads the whole
    /// batch and drops the others.
    /// </summary>
    /// <param name="number">The batch's number. Range: ≥ 0.</param>
    /// <param name="first">The place of the first example. Range: ≥ 0.</param>
    /// <param name="count">The number of examples. Range: 1 … <see cref="BatchSize"/> - <paramref name="first"/>.</param>
    /// <returns>Those examples of the batch, on the CPU, and what is known of them; the caller disposes it.</returns>
    TrainingBatch Part(long number, int first, int count)
    {
        using TrainingBatch whole = Batch(number);
        return whole.Part(first, count);
    }
}
