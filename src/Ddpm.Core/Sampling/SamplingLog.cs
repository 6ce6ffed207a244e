using Microsoft.Extensions.Logging;

namespace Ddpm.Core;

/// <summary>What samplers log.</summary>
internal static partial class SamplingLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Sampling {Count} examples in {Steps} steps, {BatchSize} at a time")]
    public static partial void SamplingStarted(this ILogger logger, int count, int steps, int batchSize);

    [LoggerMessage(Level = LogLevel.Information, Message = "Sampled {Count} examples in {Seconds:F1} s")]
    public static partial void SamplingFinished(this ILogger logger, int count, double seconds);
}
