using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>Everything that a checkpoint holds.</summary>
internal sealed record TrainingState
{
    public required nn.Module Module { get; init; }

    /// <summary>Gets the names of the parameters, in the order of the averages and moments.</summary>
    public required string[] Names { get; init; }

    public required ReverseDiffusion Process { get; init; }

    public required IReadOnlyList<ExponentialMovingAverage> Averages { get; init; }

    public required AdamOptimizer Optimizer { get; init; }

    public required ITimestepSampler Timesteps { get; init; }

    public required LearningRatePlan LearningRate { get; init; }

    public required long StepsDone { get; init; }

    public required string? Batches { get; init; }

    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Gets what hooks remember between two steps.</summary>
    public required HookStates Hooks { get; init; }
}
