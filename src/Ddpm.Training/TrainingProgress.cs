namespace Ddpm.Training;

/// <summary>How far a training run is, and what its last step did.</summary>
/// <param name="Step">Steps done since the network's start.</param>
/// <param name="TotalSteps">The step at which the run ends.</param>
/// <param name="Last">The last step.</param>
/// <param name="ImagesPerSecond">Examples per second over the last steps.</param>
/// <param name="Elapsed">The time since the run began.</param>
/// <param name="Remaining">The time that is left at the present pace.</param>
public readonly record struct TrainingProgress(long Step, long TotalSteps, TrainingStep Last, double ImagesPerSecond, TimeSpan Elapsed, TimeSpan Remaining)
{
    /// <summary>The mean loss of the last step's batch.</summary>
    public double Loss => Last.Loss;

    /// <summary>The norm of all gradients of the last step before clipping.</summary>
    public double GradientNorm => Last.GradientNorm;

    /// <summary>The learning rate of the last step.</summary>
    public double LearningRate => Last.LearningRate;
}
