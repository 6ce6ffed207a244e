using System.Runtime.InteropServices;
using Ddpm.Core;

namespace Ddpm.Data;

/// <summary>
/// Selects some examples of another data set by their numbers: a split, a sample or a share. It reads from the other data set, which the
/// caller keeps.
/// </summary>
public sealed class SubsetDataset : IDataset
{
    private readonly IDataset data;
    private readonly long[] indices;

    /// <summary>Creates a subset of a data set.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="indices">
    /// The numbers of its examples, in the order of the subset; one at least. Range: 0 ≤ i &lt; <see cref="IDataset.Count"/>.
    /// </param>
    /// <exception cref="ArgumentException">There is no number, or one is out of range.</exception>
    public SubsetDataset(IDataset data, IEnumerable<long> indices)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(indices);
        this.data = data;
        this.indices = [.. indices];
        if (this.indices.Length == 0) throw new ArgumentException("indices must name at least one example, but are none.", nameof(indices));
        int wrong = Array.FindIndex(this.indices, index => index < 0 || index >= data.Count);
        if (wrong >= 0)
        {
            throw new ArgumentException($"indices must be 0 … {data.Count - 1}, but entry {wrong} is {this.indices[wrong]}.",
                nameof(indices));
        }
    }

    /// <inheritdoc/>
    public int Count => indices.Length;

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape => data.Shape;

    /// <inheritdoc/>
    public int ClassCount => data.ClassCount;

    /// <inheritdoc/>
    public ClassNames? ClassNames => data.ClassNames;

    /// <inheritdoc/>
    public string Identity => $"{Count} of them, {DataDigest.Of(MemoryMarshal.AsBytes(indices.AsSpan()))}, of {data.Identity}";

    /// <summary>
    /// Selects examples spread evenly over a data set, because neighbours often have the same class; selects all if there are not more.
    /// </summary>
    /// <param name="data">The data set.</param>
    /// <param name="count">The number of timesteps. Range: ≥ 1.</param>
    /// <returns>The subset.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public static SubsetDataset EvenlySpread(IDataset data, int count)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int some = Math.Min(count, data.Count);
        return new SubsetDataset(data, Enumerable.Range(0, some).Select(i => (long)i * data.Count / some));
    }

    /// <inheritdoc/>
    public long Read(long index, Span<float> example) =>
        index >= 0 && index < Count
            ? data.Read(indices[index], example)
            : throw new ArgumentOutOfRangeException(nameof(index), index,
                $"index must be the number 0 … {Count - 1} of an example, but is {index}.");
}
