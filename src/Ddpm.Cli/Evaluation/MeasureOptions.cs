using Ddpm.Cli.Sampling;

namespace Ddpm.Cli.Evaluation;

/// <summary>What a user may choose of the measures of samples.</summary>
internal sealed record MeasureOptions
{
    public required SamplingOptions Sampling { get; init; }

    public required FeatureOptions Features { get; init; }

    /// <summary>How many images of each set; null for all.</summary>
    public int? Count { get; init; }

    public int Workers { get; init; }

    public int? Size { get; init; }

    public bool Grayscale { get; init; }
}
