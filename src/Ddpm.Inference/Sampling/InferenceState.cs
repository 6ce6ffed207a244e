namespace Ddpm.Inference;

/// <summary>Holds one step of a sampling run. Its memory belongs to the run and changes with the next step; copy it to keep it.</summary>
/// <param name="Step">The number of steps done: 0 before the first, the number of steps for the finished samples.</param>
/// <param name="Timestep">The t of the transition that led here; one more than the first t before the first.</param>
/// <param name="X">The samples after this step, [B, …].</param>
/// <param name="X0">The estimate x̂_0 that the step was made with, [B, …]; empty if the step had none.</param>
public readonly record struct InferenceState(int Step, int Timestep, ReadOnlyMemory<float> X, ReadOnlyMemory<float> X0);
