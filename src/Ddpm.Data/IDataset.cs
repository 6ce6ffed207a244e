using Ddpm.Core;

namespace Ddpm.Data;

/// <summary>Gives access to examples of one shape in any order. Several threads may read at once.</summary>
public interface IDataset
{
    /// <summary>Gets the number of examples. Range: ≥ 1.</summary>
    int Count { get; }

    /// <summary>Gets the shape of one example, such as [C, H, W].</summary>
    IReadOnlyList<long> Shape { get; }

    /// <summary>Gets the number of classes; 0 for examples without classes.</summary>
    int ClassCount => 0;

    /// <summary>Gets the names of the classes; null where they have numbers only, or the examples have none.</summary>
    ClassNames? ClassNames => null;

    /// <summary>Identifies the data, as text: a resumed run must have the same.</summary>
    string Identity => $"{Count} examples [{string.Join(", ", Shape)}] of {GetType().Name}";

    /// <summary>Reads an example as it is trained on, images in [-1, 1].</summary>
    /// <param name="index">The number of the example. Range: 0 ≤ i &lt; <see cref="Count"/>.</param>
    /// <param name="example">Receives its numbers, as many as <see cref="Shape"/> says.</param>
    /// <returns>The class of the example, or -1 for none.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is out of range.</exception>
    long Read(long index, Span<float> example);
}
