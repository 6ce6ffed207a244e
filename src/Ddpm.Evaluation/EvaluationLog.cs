using Microsoft.Extensions.Logging;

namespace Ddpm.Evaluation;

/// <summary>What measures log.</summary>
internal static partial class EvaluationLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The Fréchet distance needs more samples than features, but a set has {Samples} samples of {Features} features: its "
            + "covariance is singular, and the distance too large")]
    public static partial void FewerSamplesThanFeatures(this ILogger logger, long samples, int features);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Each subset of the kernel distance is a whole set of {Samples} samples: the deviation over subsets is too small to say "
            + "how sure the distance is")]
    public static partial void SubsetsAreTheSet(this ILogger logger, long samples);
}
