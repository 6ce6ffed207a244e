using Ddpm.Cli.Arguments;

namespace Ddpm.Cli.Evaluation;

/// <summary>The options of <c>ddpm evaluate fid</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class FrechetOptions(OptionReader read)
{
    public string Reference { get; } = EvaluateCommand.Reference(read, ", or statistics as .npz");

    public string? Samples { get; } =
        read.OptionalArgument("samples", EvaluateCommand.SamplesDescription + "; not needed with --save-stats");

    public string? Test { get; } = EvaluateCommand.Test(read);

    public string? StatisticsFile { get; } =
        read.Section("Output").Text("--save-stats", "file.npz", "Write the statistics of <reference>, as Python's FID programs read them");

    public int MaxFeatures { get; } = read.Section("Images").Number(
        "--max-features",
        Ddpm.Evaluation.StatisticsFile.DefaultMaxFeatures,
        "Features that a .npz file may state: one of more is refused before it is read, which takes 24 bytes for each of their pairs",
        least: 1);

    public MeasureOptions Measures { get; } = new(read);
}
