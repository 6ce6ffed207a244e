using Microsoft.Extensions.Logging;

namespace Ddpm.Core;

/// <summary>What samplers log.</summary>
internal static partial class SamplingLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Sampling {Count} examples in {Steps} steps, {BatchSize} at a time")]
    public static partial void SamplingStarted(this ILogger logger, int count, int steps, int batchSize);

    [LoggerMessage(Level = LogLevel.Information, Message = "Sampled {Count} examples in {Seconds:F1} s")]
    public static partial void SamplingFinished(this ILogger logger, int count, double seconds);

    /// <summary>Warns where a process has too few steps for its variance.</summary>
    public static void WarnOfGrain(this ILogger logger, ReverseDiffusion process)
    {
        if (process.Options.Variance is not FixedLargeVariance) return;
        if (FixedLargeSteps.Needed(process.Coefficients.Schedule) is not { } needed) return;
        logger.Grainy(process.Coefficients.Timesteps, needed.Trained, process.Options.Variance.Name, needed.Least);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Steps} of {Timesteps} steps with the variance {Variance} give grainy samples: "
        + "take the variance fixed-small or DDIM, or at least {Least} steps")]
    private static partial void Grainy(this ILogger logger, int steps, int timesteps, string variance, int least);
}
