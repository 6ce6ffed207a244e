using Ddpm.Cli.Arguments;

namespace Ddpm.Cli.Sampling;

/// <summary>x_T of samples from a file, in place of noise.</summary>
internal sealed class StartTensor
{
    public const string Name = "x_T";

    private readonly SampleRows rows;

    private StartTensor(SampleRows rows) => this.rows = rows;

    /// <summary>The samples that the file has.</summary>
    public int Count => rows.Count;

    /// <summary>A digest of the values.</summary>
    public string Digest => rows.Digest;

    /// <summary>Reads x_T, [N, C, H, W]: the tensor of that name, or the only one.</summary>
    public static StartTensor Read(string path, IReadOnlyList<int> sampleShape) => File.Exists(path)
        ? new StartTensor(SampleRows.Read(path, Name, sampleShape))
        : throw new FileNotFoundException($"--start: there is no file {path}.", path);

    /// <summary>x_T of samples first … first + count - 1, one after the other.</summary>
    public ReadOnlyMemory<float> Rows(int first, int count) => first + (long)count <= Count
        ? rows.Values.Slice(first * rows.Length, count * rows.Length)
        : throw new UsageException(
            $"--start has x_T of {Count} samples, but --first {first} and --count {count} ask for {first + (long)count}.");
}
