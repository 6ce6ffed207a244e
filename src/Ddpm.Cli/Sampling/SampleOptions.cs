using Ddpm.Cli.Arguments;

namespace Ddpm.Cli.Sampling;

/// <summary>The options of <c>ddpm sample</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class SampleOptions(OptionReader read)
{
    public string Model { get; } =
        read.Argument("model", "A model folder, such as ddpm-run/model or a downloaded google/ddpm-cifar10-32");

    public string Output { get; } = read.Section("Output").Text(
        "--out",
        "folder",
        "samples",
        "Folder for images/000000.png and so on, grid.png and samples.json; existing samples of the same settings are kept, and the rest "
            + "drawn");

    public int? Count { get; } =
        read.Number("--count", "Samples; by default 16, or as many as --start or --condition has", least: 1, Most.Samples);

    public int First { get; } =
        read.Number("--first", 0, "Number of the first sample, to divide a set among several machines", least: 0, Most.Samples);

    public SamplingOptions Sampling { get; } = new(read);

    public string? Start { get; } = read.Section("Noise").Text(
        "--start",
        "x_T.safetensors",
        "Begin with these x_T [N, C, H, W] in place of noise: the tensor x_T of the file, or its only one");

    public bool SaveTensors { get; } = read.Section("Output").Flag(
        "--save-tensors", "Write samples.safetensors with x_T and x_0, float32 [N, C, H, W]; draws all samples again");

    /// <summary>The most samples in the grid; 0 for no grid.</summary>
    public int Grid { get; } = read.Number("--grid", 64, "The most samples in grid.png; 0 for none", least: 0, Most.Samples);
}
