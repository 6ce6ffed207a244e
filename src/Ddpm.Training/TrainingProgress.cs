namespace Ddpm.Training;

/// <summary>How far a training run is, and what its last step did.</summary>
/// <param name="Step">Steps done since the network's start.</param>
/// <param name="TotalSteps">The step at which the run ends.</param>
/// <param name="Last">The last step.</param>
/// <param name="ExamplesPerSecond">Examples per second over the last steps.</param>
/// <param name="Elapsed">The time since the run began.</param>
/// <param name="Remaining">The time that is left at the present pace.</param>
public readonly record struct TrainingProgress(
    long Step, long TotalSteps, TrainingStep Last, double ExamplesPerSecond, TimeSpan Elapsed, TimeSpan Remaining)
{
    /// <summary>The mean loss of the last step's batch.</summary>
    public double Loss => Last.Loss;

    /// <summary>The norm of all gradients of the last step before clipping.</summary>
    public double GradientNorm => Last.GradientNorm;

    /// <summary>The learning rate of the last step.</summary>
    public double LearningRate => Last.LearningRate;

    /// <summary>Whether the step is one of every so many: the cadence of all hooks.</summary>
    /// <param name="steps">How many steps lie between two. Range: ≥ 1.</param>
    /// <returns>Whether <see cref="Step"/> is a multiple of <paramref name="steps"/>.</returns>
    public bool IsEvery(int steps) => Step % steps == 0;
}
