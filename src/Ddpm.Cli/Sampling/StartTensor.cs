using Ddpm.Cli.Arguments;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Sampling;

/// <summary>x_T from a file, in place of noise.</summary>
internal static class StartTensor
{
    public const string Name = "x_T";

    /// <summary>Reads x_T, [N, C, H, W] in float32: the tensor of that name, or the only one.</summary>
    public static Tensor Read(string path, IReadOnlyList<long> sampleShape)
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

        bool numbers = entry.ElementType is ScalarType.Float32 or ScalarType.Float64 or ScalarType.Float16 or ScalarType.BFloat16;
        if (!numbers || entry.Shape is not [> 0, ..] || !entry.Shape.Skip(1).SequenceEqual(sampleShape))
        {
            throw new InvalidDataException(
                $"{path}: {entry.Name} must be floating-point [N, {string.Join(", ", sampleShape)}], but is {entry.ElementType} "
                    + $"[{string.Join(", ", entry.Shape)}].");
        }

        using Tensor stored = file.Read(entry.Name);
        Tensor start = stored.to(float32, copy: true);
        using Tensor finite = start.isfinite();
        using Tensor all = finite.all();
        if (all.item<bool>()) return start;
        start.Dispose();
        throw new InvalidDataException($"{path}: {entry.Name} must be finite, but holds NaN or an infinity.");
    }

    /// <summary>The rows of samples first … first + count - 1.</summary>
    public static Tensor Rows(Tensor start, long first, int count) =>
        first + count <= start.size(0)
            ? start.narrow(0, first, count)
            : throw new UsageException(
                $"--start has x_T of {start.size(0)} samples, but --first {first} and --count {count} ask for {first + count}.");
}
