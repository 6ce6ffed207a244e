namespace Ddpm.Training;

/// <summary>What a trainer takes from a checkpoint beside tensors.</summary>
/// <param name="Steps">The steps done.</param>
/// <param name="Batches">The identity of the batches that the run reads; null where it had none yet.</param>
/// <param name="Hooks">What hooks remember.</param>
/// <param name="Transition">The way of the learning rate from one decay to the next; null where there is none.</param>
internal sealed record RestoredRun(long Steps, string? Batches, HookStates Hooks, LearningRateTransition? Transition);
