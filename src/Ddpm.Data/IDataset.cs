using Ddpm.Core;

namespace Ddpm.Data;

/// <summary>A number of examples of one shape, in any order at any time. Several threads may read at once.</summary>
public interface IDataset
{
    /// <summary>The number of examples. Range: ≥ 1.</summary>
    int Count { get; }

    /// <summary>The shape of one example, such as [C, H, W].</summary>
    IReadOnlyList<long> Shape { get; }

    /// <summary>The number of classes; 0 where the examples have none.</summary>
    int ClassCount => 0;

    /// <summary>The names of the classes; null where they have numbers only, or the examples have none.</summary>
    ClassNames? ClassNames => null;

    /// <summary>Identifies the data, as text: a resumed run must have the same.</summary>
    string Identity => $"{Count} examples [{string.Join(", ", Shape)}] of {GetType().Name}";

    /// <summary>Reads an example as it is trained on, images in [-1, 1].</summary>
    /// <param name="index">Its number. Range: 0 ≤ i &lt; <see cref="Count"/>.</param>
    /// <param name="example">Where its numbers go, as many as <see cref="Shape"/> says.</param>
    /// <returns>Its class, or -1 where it has none.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is out of range.</exception>
    long Read(long index, Span<float> example);
}
