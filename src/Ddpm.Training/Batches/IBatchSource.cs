namespace Ddpm.Training;

/// <summary>
/// Supplies a trainer's examples. A batch is a function of its number alone, so that a run can be repeated and resumed, and batches can be
/// read ahead.
/// </summary>
public interface IBatchSource
{
    /// <summary>Gets the number of examples in each batch. Range: ≥ 1.</summary>
    int BatchSize { get; }

    /// <summary>Gets a text that identifies the contents of the batches: a run must be resumed with the same text.</summary>
    string Identity => $"{GetType().Name} of {BatchSize}";

    /// <summary>
    /// Reads one batch. Several threads may call it at once when batches are read ahead, see <see cref="PrefetchedBatches"/>.
    /// </summary>
    /// <param name="number">The number of the batch, counted from 0 at the start of the training. Range: ≥ 0.</param>
    /// <returns>The batch, on the CPU; the caller disposes it.</returns>
    TrainingBatch Batch(long number);

    /// <summary>
    /// Reads some of the examples of a batch, as one of several processes does, see <see cref="Trainer"/>. The default implementation reads
    /// the whole batch and drops the others.
    /// </summary>
    /// <param name="number">The batch's number. Range: ≥ 0.</param>
    /// <param name="first">The place of the first example. Range: ≥ 0.</param>
    /// <param name="count">The number of examples. Range: 1 … <see cref="BatchSize"/> - <paramref name="first"/>.</param>
    /// <returns>The examples of that part, on the CPU, with their labels and masks; the caller disposes the batch.</returns>
    TrainingBatch Part(long number, int first, int count)
    {
        using TrainingBatch whole = Batch(number);
        return whole.Part(first, count);
    }
}
