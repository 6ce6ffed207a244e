using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Training;

namespace Ddpm.Experiments;

/// <summary>
/// What distinguishes a row: process and objective. Network, batches, optimiser and number of steps are the same for all.
/// </summary>
/// <param name="Name">The row's name, and its network's folder.</param>
/// <param name="Objective">What is minimised, with its process.</param>
/// <param name="Seed">The seed of weights, batches and noise.</param>
internal sealed record Recipe(string Name, Objective Objective, long Seed)
{
    /// <summary>The moving averages of the parameters; the first is the one that is sampled.</summary>
    public ImmutableArray<AverageProfile> Averages { get; init; } = [AverageProfile.Power(0.1)];

    /// <summary>How many times the budget's training it gets.</summary>
    public int Length { get; init; } = 1;

    /// <summary>How many of the four checkpoints of its training are kept, the last ones.</summary>
    public int Checkpoints { get; init; } = 1;

    /// <summary>Which timesteps are trained, with what it has learned of them; null for all alike.</summary>
    public ITimestepSampler? Timesteps { get; init; }

    public ReverseDiffusion Process => Objective.Process;

    /// <summary>The paper's choice: ε and L_simple under the linear schedule, σ² = β.</summary>
    public static Recipe Paper(Budget budget, long seed) =>
        new("ε, L_simple", new SimpleObjective(new ReverseDiffusion(LinearSchedule.Scaled(budget.Timesteps))), seed);
}
