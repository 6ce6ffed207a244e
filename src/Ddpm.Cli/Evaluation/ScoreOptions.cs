using Ddpm.Cli.Arguments;
using Ddpm.Cli.Images;

namespace Ddpm.Cli.Evaluation;

/// <summary>The options of <c>ddpm evaluate is</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class ScoreOptions(OptionReader read)
{
    public string Samples { get; } = read.Argument(
        "samples",
        $"Samples to be measured: {ImageData.Kinds}, a folder of ddpm sample, or a model folder, from which they are drawn (--count)");

    public int Splits { get; } = read.Section("Measure").Number(
        "--splits", 10, "Splits over which the mean is taken; the score grows with their size", least: 1, Most.Samples);

    public MeasureOptions Measures { get; } = new(read, classifier: true);
}
