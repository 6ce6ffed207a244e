using System.Runtime.InteropServices;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>
/// Holds examples of any shape in memory, as numbers that training uses unchanged: vectors, signals, volumes. It is immutable; dispose it
/// to free the memory.
/// </summary>
/// <remarks>
/// A diffusion process expects about unit scale: bring the data to [-1, 1], or to mean 0 and standard deviation 1, first.
/// </remarks>
public sealed class InMemoryDataset : IDataset, IDisposable
{
    private readonly Tensor examples;
    private readonly Labels labels;
    private string? identity;

    /// <summary>Creates a data set from a tensor, which it copies.</summary>
    /// <param name="examples">The examples, floating-point [N, …] with N ≥ 1 and at least two axes; all finite.</param>
    /// <param name="labels">
    /// The class of each example, whole numbers [N]. Default: none. Range: 0 … <paramref name="classCount"/> - 1.
    /// </param>
    /// <param name="classCount">The number of classes. Default: that of the names, or else the largest label and one.</param>
    /// <param name="classNames">The names of the classes. Default: numbers only.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="examples"/> has another shape or type, is empty or not finite, or a label is out of range.
    /// </exception>
    public InMemoryDataset(Tensor examples, Tensor? labels = null, int? classCount = null, ClassNames? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.dim() < 2 || examples.numel() == 0)
        {
            throw new ArgumentException("examples must have the shape [N, …] with at least one example and two axes, but has " +
                $"[{string.Join(", ", examples.shape)}].", nameof(examples));
        }

        if (!examples.is_floating_point())
        {
            throw new ArgumentException($"examples must hold floating-point numbers, but holds {examples.dtype}; bytes of images go into " +
                $"{nameof(ImageDataset)}.", nameof(examples));
        }

        using var scope = NewDisposeScope();
        long unusable = examples.isfinite().logical_not().sum().item<long>();
        if (unusable > 0)
        {
            throw new ArgumentException($"examples must be finite, but {unusable} of {examples.numel()} numbers are NaN or infinite.",
                nameof(examples));
        }

        Shape = [.. examples.shape.Skip(1)];
        Count = checked((int)examples.size(0));
        this.labels = new Labels(labels, Count, classCount, classNames);
        this.examples = examples.detach().to(float32, CPU).contiguous().clone().DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<long> Shape { get; }

    /// <inheritdoc/>
    public int ClassCount => labels.ClassCount;

    /// <inheritdoc/>
    public ClassNames? ClassNames => labels.ClassNames;

    /// <inheritdoc/>
    public string Identity => identity ??=
        $"{Count} examples [{string.Join(", ", Shape)}]{(ClassCount > 0 ? $" of {ClassCount} classes" : "")}, " +
        $"{DataDigest.Of(examples, labels.Values)}";

    /// <summary>Creates a data set from single examples.</summary>
    /// <param name="examples">The examples, each floating-point […] in one shape; the caller keeps them.</param>
    /// <param name="labels">The class of each example. Default: none.</param>
    /// <returns>The data set.</returns>
    /// <exception cref="ArgumentException">There is no example, or their shapes differ.</exception>
    public static InMemoryDataset From(IEnumerable<Tensor> examples, IEnumerable<long>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        using var scope = NewDisposeScope();
        Tensor[] all = [.. examples];
        if (all.Length == 0) throw new ArgumentException("examples must have at least one example, but is empty.", nameof(examples));
        int different = Array.FindIndex(all, example => !example.shape.AsSpan().SequenceEqual(all[0].shape));
        if (different >= 0)
        {
            throw new ArgumentException($"examples must have one shape, but the first has [{string.Join(", ", all[0].shape)}] and " +
                $"example {different} has [{string.Join(", ", all[different].shape)}].", nameof(examples));
        }

        return new InMemoryDataset(stack(all), labels is null ? null : tensor(labels.ToArray(), int64));
    }

    /// <summary>Creates a data set from rows of numbers.</summary>
    /// <param name="rows">The rows, of one length.</param>
    /// <param name="labels">The class of each row. Default: none.</param>
    /// <returns>The data set of vectors.</returns>
    /// <exception cref="ArgumentException">There is no row, or their lengths differ.</exception>
    public static InMemoryDataset From(IEnumerable<float[]> rows, IEnumerable<long>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        return From(rows.Select(row => tensor(row)), labels);
    }

    /// <summary>Creates a data set from a TorchSharp data set, which it reads once.</summary>
    /// <param name="source">The data set; the caller keeps it.</param>
    /// <param name="key">The key of the example in its dictionaries.</param>
    /// <param name="labelKey">The key of the class, a whole number. Default: none.</param>
    /// <returns>The data set.</returns>
    /// <exception cref="ArgumentException">There is no example, or a name is missing, or their shapes differ.</exception>
    public static InMemoryDataset From(utils.data.Dataset source, string key = "data", string? labelKey = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(key);
        using var scope = NewDisposeScope();
        var examples = new List<Tensor>();
        var labels = new List<long>();
        for (long i = 0; i < source.Count; i++)
        {
            Dictionary<string, Tensor> entry = source.GetTensor(i);
            Tensor Part(string name) => entry.TryGetValue(name, out Tensor? part) ? part : throw new ArgumentException(
                $"source must have {name} in every entry, but entry {i} has {string.Join(", ", entry.Keys)}.", nameof(source));
            examples.Add(Part(key).to(float32));
            if (labelKey is not null) labels.Add(Part(labelKey).to(int64).item<long>());
        }

        return From(examples, labelKey is null ? null : labels);
    }

    /// <inheritdoc/>
    public long Read(long index, Span<float> example)
    {
        if (index < 0 || index >= Count)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index,
                $"index must be the number 0 … {Count - 1} of an example, but is {index}.");
        }

        using Tensor one = examples.narrow(0, index, 1);
        MemoryMarshal.Cast<byte, float>(one.bytes).CopyTo(example);
        return labels[index];
    }

    /// <summary>Frees the examples.</summary>
    public void Dispose() => examples.Dispose();
}
