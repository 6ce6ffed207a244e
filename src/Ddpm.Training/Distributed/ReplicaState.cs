namespace Ddpm.Training;

/// <summary>What rank 0 gives the others beside tensors when a run is resumed.</summary>
internal sealed record ReplicaState(
    long StepsDone, string? Batches, long[] Updates, long[] OptimizerSteps, double[] Timesteps, long HookStep,
    IReadOnlyDictionary<string, double[][]> Hooks, LearningRateTransition? Transition);
