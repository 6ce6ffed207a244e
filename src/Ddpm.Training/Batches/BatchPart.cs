namespace Ddpm.Training;

/// <summary>The check of a part of a batch.</summary>
internal static class BatchPart
{
    /// <summary>Throws where a part does not lie within its batch.</summary>
    /// <param name="number">The batch. Range: ≥ 0.</param>
    /// <param name="first">The first example of the part. Range: ≥ 0.</param>
    /// <param name="count">The examples of the part. Range: 1 … <paramref name="batchSize"/> - <paramref name="first"/>.</param>
    /// <param name="batchSize">The examples of the batch.</param>
    /// <param name="example">What one of them is called.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static void Require(long number, int first, int count, int batchSize, string example)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        if (count >= 1 && count <= batchSize - first) return;
        throw new ArgumentOutOfRangeException(
            nameof(count),
            count,
            $"count must be 1 … {batchSize - first} for a batch of {batchSize} from {example} {first}, but is {count}.");
    }
}
