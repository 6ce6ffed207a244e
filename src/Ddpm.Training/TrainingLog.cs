using Microsoft.Extensions.Logging;

namespace Ddpm.Training;

/// <summary>What the trainer logs.</summary>
internal static partial class TrainingLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Training from step {Step} to {TotalSteps}, {BatchSize} examples a step")]
    public static partial void TrainingStarted(this ILogger logger, long step, long totalSteps, int batchSize);

    /// <summary>Logs what was measured: a warning where bfloat16 is clearly slower.</summary>
    public static void BFloat16Measured(this ILogger logger, ComputeSpeed speed)
    {
        if (speed.IsSlower) logger.BFloat16Slower(speed.BFloat16.TotalMilliseconds, speed.Float32.TotalMilliseconds);
        else logger.BFloat16Faster(speed.BFloat16.TotalMilliseconds, speed.Float32.TotalMilliseconds);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Training ended at step {Step} of {TotalSteps} after {Elapsed}")]
    public static partial void TrainingEnded(this ILogger logger, long step, long totalSteps, TimeSpan elapsed);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Training computes in bfloat16, which is slower than float32 on this processor: a convolution, forward and backward, "
            + "takes {BFloat16:F2} ms instead of {Float32:F2} ms")]
    private static partial void BFloat16Slower(this ILogger logger, double bFloat16, double float32);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Training computes in bfloat16: a convolution, forward and backward, takes {BFloat16:F2} ms, in float32 {Float32:F2} ms")]
    private static partial void BFloat16Faster(this ILogger logger, double bFloat16, double float32);
}
