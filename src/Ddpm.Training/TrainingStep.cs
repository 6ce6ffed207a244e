using System.Collections.Immutable;

namespace Ddpm.Training;

/// <summary>Holds the result of one training step.</summary>
/// <param name="Step">The step, counted from 0.</param>
/// <param name="Loss">The mean loss of the batch, of all ranks' examples.</param>
/// <param name="GradientNorm">The norm of all gradients before clipping.</param>
/// <param name="LearningRate">The learning rate that the step was made with.</param>
/// <param name="Timesteps">The timestep of each example; with several ranks, of each example of this rank.</param>
/// <param name="Losses">
/// The loss of each example, without the weights of its timestep; with several ranks, of each example of this rank.
/// </param>
public readonly record struct TrainingStep(
    long Step, double Loss, double GradientNorm, double LearningRate, ImmutableArray<long> Timesteps, ImmutableArray<double> Losses);
