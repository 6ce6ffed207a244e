using Microsoft.Extensions.Logging;

namespace Ddpm.Training;

/// <summary>What the trainer logs.</summary>
internal static partial class TrainingLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Training from step {Step} to {TotalSteps}, {BatchSize} examples a step")]
    public static partial void TrainingStarted(this ILogger logger, long step, long totalSteps, int batchSize);

    [LoggerMessage(Level = LogLevel.Information, Message = "Training ended at step {Step} of {TotalSteps} after {Elapsed}")]
    public static partial void TrainingEnded(this ILogger logger, long step, long totalSteps, TimeSpan elapsed);
}
