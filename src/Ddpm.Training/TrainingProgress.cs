namespace Ddpm.Training;

/// <summary>How far a training run is, and what its last step did.</summary>
/// <param name="Step">Steps done since the network's start.</param>
/// <param name="TotalSteps">The step at which the run ends.</param>
/// <param name="Loss">The mean loss of the last step's batch.</param>
/// <param name="GradientNorm">The norm of all gradients before clipping.</param>
/// <param name="LearningRate">The learning rate of the last step.</param>
/// <param name="ImagesPerSecond">Examples per second over the last steps.</param>
/// <param name="Elapsed">The time since the run began.</param>
/// <param name="Remaining">The time that is left at the present pace.</param>
public readonly record struct TrainingProgress(long Step, long TotalSteps, double Loss, double GradientNorm, double LearningRate, double ImagesPerSecond, TimeSpan Elapsed, TimeSpan Remaining);
