using Ddpm.Cli.Arguments;

namespace Ddpm.Cli.Evaluation;

/// <summary>The options of <c>ddpm evaluate pr</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class NeighboursOptions(OptionReader read)
{
    public string Reference { get; } = EvaluateCommand.Reference(read);

    public string Samples { get; } = EvaluateCommand.Samples(read);

    public string? Test { get; } = EvaluateCommand.Test(read);

    public int Neighbours { get; } = read.Section("Measure").Number("--neighbours", 3, "k of precision and recall", least: 1, Most.Samples);

    public int DensityNeighbours { get; } = read.Number("--density-neighbours", 5, "k of density and coverage", least: 1, Most.Samples);

    public MeasureOptions Measures { get; } = new(read);
}
