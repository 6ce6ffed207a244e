using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.ModelFolders;
using Ddpm.Inference;
using Ddpm.Models;

namespace Ddpm.Cli.Sampling;

/// <summary>x_T of samples from a file, in place of noise.</summary>
internal sealed class StartTensor
{
    public const string Name = "x_T";

    // A span of bytes holds fewer than 2 GiB.
    private const int Part = 1 << 20;

    private readonly float[] values;

    private StartTensor(float[] values, int count) => (this.values, Count) = (values, count);

    /// <summary>The samples that the file has.</summary>
    public int Count { get; }

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

    /// <summary>Reads x_T, [N, C, H, W]: the tensor of that name, or the only one.</summary>
    public static StartTensor Read(string path, IReadOnlyList<int> sampleShape)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"--start: there is no file {path}.", path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        SafetensorsEntry? only = file.Entries.Count == 1 ? file.Entries[0] : null;
        SafetensorsEntry? entry = file.Entries.FirstOrDefault(candidate => candidate.Name == Name) ?? only;
        if (entry is null)
        {
            string found = file.Entries.Count == 0 ? "none" : string.Join(", ", file.Entries.Select(candidate => candidate.Name));
            throw new InvalidDataException($"{path} must have a tensor {Name}, or one tensor only, but has {found}.");
        }

        if (!entry.Type.IsFloatingPoint() || entry.Shape is not [> 0, ..]
            || !entry.Shape.Skip(1).SequenceEqual(sampleShape.Select(size => (long)size)))
        {
            throw new InvalidDataException(
                $"{path}: {entry.Name} must be floating-point [N, {string.Join(", ", sampleShape)}], but is "
                    + $"{Description.Type(entry.Type)} [{string.Join(", ", entry.Shape)}].");
        }

        if (entry.Elements > Array.MaxLength)
        {
            throw new InvalidDataException($"{path}: {entry.Name} must have at most {Array.MaxLength} numbers, but has {entry.Elements}.");
        }

        var values = new float[entry.Elements];
        file.ReadFloats(entry.Name, values);
        return values.All(float.IsFinite)
            ? new StartTensor(values, (int)entry.Shape[0])
            : throw new InvalidDataException($"{path}: {entry.Name} must be finite, but holds NaN or an infinity.");
    }

    /// <summary>x_T of samples first … first + count - 1, one after the other.</summary>
    public ReadOnlyMemory<float> Rows(int first, int count)
    {
        int elements = values.Length / Count;
        return first + (long)count <= Count
            ? values.AsMemory(first * elements, count * elements)
            : throw new UsageException(
                $"--start has x_T of {Count} samples, but --first {first} and --count {count} ask for {first + (long)count}.");
    }
}
