using Microsoft.Extensions.Logging;

namespace Ddpm.Core;

/// <summary>What the evaluation of a bound logs.</summary>
internal static partial class LikelihoodLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Evaluating a bound of {Timesteps} terms with {Draws} draws of noise each")]
    public static partial void BoundStarted(this ILogger logger, int timesteps, int draws);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Examples} examples: {BitsPerDim:F4} ± {StandardError:F4} bits/dim in {Seconds:F1} s")]
    public static partial void BoundFinished(this ILogger logger, long examples, double bitsPerDim, double standardError, double seconds);
}
