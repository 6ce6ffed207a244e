using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ddpm.Cli.ModelFolders;
using Ddpm.Inference;
using Ddpm.Models;

namespace Ddpm.Cli.Sampling;

/// <summary>Numbers of samples from a file, a row for each.</summary>
/// <param name="values">The rows, one after the other.</param>
/// <param name="count">How many.</param>
internal sealed class SampleRows(float[] values, int count)
{
    // A span of bytes holds fewer than 2 GiB.
    private const int Part = 1 << 20;

    /// <summary>How many rows.</summary>
    public int Count => count;

    /// <summary>The numbers of a row.</summary>
    public int Length => values.Length / count;

    /// <summary>All rows, one after the other.</summary>
    public ReadOnlyMemory<float> Values => values;

    /// <summary>A digest of the values.</summary>
    public string Digest
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (int first = 0; first < values.Length; first += Part)
            {
                hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan(first, Math.Min(Part, values.Length - first))));
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
        }
    }

    /// <summary>Reads a tensor [N, …] of a safetensors file: that of a name, or the only one.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or it has another shape, or numbers that are not finite.</exception>
    public static SampleRows Read(string path, string name, IReadOnlyList<int> shape)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        SafetensorsEntry? only = file.Entries.Count == 1 ? file.Entries[0] : null;
        SafetensorsEntry? entry = file.Entries.FirstOrDefault(candidate => candidate.Name == name) ?? only;
        if (entry is null)
        {
            string found = file.Entries.Count == 0 ? "none" : string.Join(", ", file.Entries.Select(candidate => candidate.Name));
            throw new InvalidDataException($"{path} must have a tensor {name}, or one tensor only, but has {found}.");
        }

        if (!entry.Type.IsFloatingPoint() || entry.Shape is not [> 0, ..]
            || !entry.Shape.Skip(1).SequenceEqual(shape.Select(size => (long)size)))
        {
            throw new InvalidDataException(
                $"{path}: {entry.Name} must be floating-point [N, {string.Join(", ", shape)}], but is "
                    + $"{Description.Type(entry.Type)} [{string.Join(", ", entry.Shape)}].");
        }

        if (entry.Elements > Array.MaxLength)
        {
            throw new InvalidDataException($"{path}: {entry.Name} must have at most {Array.MaxLength} numbers, but has {entry.Elements}.");
        }

        var values = new float[entry.Elements];
        file.ReadFloats(entry.Name, values);
        return values.All(float.IsFinite)
            ? new SampleRows(values, (int)entry.Shape[0])
            : throw new InvalidDataException($"{path}: {entry.Name} must be finite, but holds NaN or an infinity.");
    }
}
