namespace Ddpm.Training;

/// <summary>Reports how far a training run has come, with its last step.</summary>
/// <param name="Step">The number of steps done since the network's start.</param>
/// <param name="TotalSteps">The step at which the run ends.</param>
/// <param name="Last">The result of the last step.</param>
/// <param name="ExamplesPerSecond">The number of examples per second over the last steps.</param>
/// <param name="Elapsed">The time since the run began.</param>
/// <param name="Remaining">The remaining time at the current pace.</param>
public readonly record struct TrainingProgress(
    long Step, long TotalSteps, TrainingStep Last, double ExamplesPerSecond, TimeSpan Elapsed, TimeSpan Remaining)
{
    /// <summary>Gets the mean loss of the last step's batch.</summary>
    public double Loss => Last.Loss;

    /// <summary>Gets the norm of all gradients of the last step before clipping.</summary>
    public double GradientNorm => Last.GradientNorm;

    /// <summary>Gets the learning rate of the last step.</summary>
    public double LearningRate => Last.LearningRate;

    /// <summary>Returns whether the step is a multiple of a number of steps, as all hooks use it.</summary>
    /// <param name="steps">How many steps lie between two. Range: ≥ 1.</param>
    /// <returns>Whether <see cref="Step"/> is a multiple of <paramref name="steps"/>.</returns>
    public bool IsEvery(int steps) => Step % steps == 0;
}
