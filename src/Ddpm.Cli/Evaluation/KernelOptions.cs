using Ddpm.Cli.Arguments;

namespace Ddpm.Cli.Evaluation;

/// <summary>The options of <c>ddpm evaluate kid</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class KernelOptions(OptionReader read)
{
    public const int DefaultSubsetSize = 1000;

    public string Reference { get; } = EvaluateCommand.Reference(read);

    public string Samples { get; } = EvaluateCommand.Samples(read);

    public string? Test { get; } = EvaluateCommand.Test(read);

    public int Subsets { get; } =
        read.Section("Measure").Number("--subsets", 100, "Random subsets over which the mean is taken", least: 1, Most.Repetitions);

    public int? SubsetSize { get; } = read.Number(
        "--subset-size",
        $"Images of each set in a subset; by default {DefaultSubsetSize}, or all of the smaller set",
        least: 2,
        Most.Samples);

    public MeasureOptions Measures { get; } = new(read);
}
