using Ddpm.Cli.Arguments;
using Ddpm.Cli.Help;
using Ddpm.Cli.Images;
using Ddpm.Cli.Sampling;

namespace Ddpm.Cli.Evaluation;

/// <summary>The options that the measures of samples share.</summary>
/// <param name="read">States each option.</param>
/// <param name="classifier">Whether the network must be a classifier.</param>
/// <param name="counted">Which sets --count is about, and what holds without it.</param>
internal sealed class MeasureOptions(OptionReader read, bool classifier = false, string counted = MeasureOptions.EachSet)
{
    private const string EachSet =
        "Images of each set, evenly spread over a data set; by default all, and as many samples of a model as the reference has";

    public FeatureOptions Features { get; } = new(read.Section("Features"), classifier);

    /// <summary>How many images of each counted set; null for all.</summary>
    public int? Count { get; } = read.Section("Images").Number("--count", counted, least: 2, Most.Samples);

    public int Workers { get; } = read.Section(ProgramCommand.Machine).Number(
        "--workers", DatasetReader.DefaultWorkers, "Threads that read images", least: 1, Most.Threads);

    public ImageOptions Images { get; } = new(read.Section("Images"));

    public SamplingOptions Sampling { get; } = new(read, "Samples of a model folder");
}
