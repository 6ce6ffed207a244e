using System.Runtime.InteropServices;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>Tensors of the caller's memory as if they were stored, so that what is checked of files is checked of them.</summary>
internal sealed class GivenTensors : ISafetensors
{
    private readonly Dictionary<string, (SafetensorsEntry Entry, Reader Read)> byName = [];

    private GivenTensors(IEnumerable<(SafetensorsEntry Entry, Reader Read)> weights)
    {
        foreach ((SafetensorsEntry entry, Reader read) in weights)
        {
            if (!byName.TryAdd(entry.Name, (entry, read)))
            {
                throw new ArgumentException($"weights must have each name once, but have {entry.Name} twice.", nameof(weights));
            }
        }

        Entries = [.. byName.Values.Select(tensor => tensor.Entry)];
    }

    /// <summary>Copies bytes of a tensor.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="target">Receives the bytes.</param>
    public delegate void Reader(long offset, Span<byte> target);

    /// <inheritdoc/>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Takes tensors.</summary>
    /// <param name="tensors">Type and shape of each, and what reads its bytes.</param>
    /// <exception cref="ArgumentException">A name is given twice.</exception>
    public static GivenTensors Of(IEnumerable<(SafetensorsEntry Entry, Reader Read)> tensors) => new(tensors);

    /// <summary>Takes float32 numbers.</summary>
    /// <exception cref="ArgumentException">A name is given twice, or a shape needs another number of numbers.</exception>
    public static GivenTensors Of(IEnumerable<NamedWeight> weights) => new(weights.Select(weight =>
    {
        (string name, var shape, ReadOnlyMemory<float> numbers) = weight;
        double needed = shape.IsDefault ? -1 : shape.Aggregate(1.0, (product, length) => length < 0 ? double.NaN : product * length);
        if (needed != numbers.Length)
        {
            string stated = shape.IsDefault ? "none" : $"[{string.Join(", ", shape)}]";
            throw new ArgumentException($"weights must have the numbers of their shapes, but {name} {stated} has {numbers.Length}.",
                nameof(weights));
        }

        var entry = new SafetensorsEntry(name, SafetensorsType.F32, shape, 0, 4L * numbers.Length);
        return (entry, (Reader)((offset, target) =>
            MemoryMarshal.AsBytes(numbers.Span.Slice((int)(offset / 4), target.Length / 4)).CopyTo(target)));
    }));

    /// <inheritdoc/>
    public SafetensorsEntry Find(string name) =>
        byName.TryGetValue(name, out var tensor) ? tensor.Entry : throw new KeyNotFoundException($"No weight has the name {name}.");

    /// <inheritdoc/>
    public void ReadBytes(string name, long offset, Span<byte> target)
    {
        SafetensorsEntry entry = Find(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, entry.End - target.Length);
        byName[name].Read(offset, target);
    }

    /// <inheritdoc/>
    public bool VerifyDigest() => false;

    /// <summary>Does nothing: the memory belongs to the caller.</summary>
    public void Dispose()
    {
    }
}
