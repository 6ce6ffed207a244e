using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Holds one step of a sampling run. Its tensors belong to the run and live until the next step is requested or the loop ends; clone them
/// to keep them, and do not modify them.
/// </summary>
/// <param name="Step">The number of steps done: 0 for pure noise, T for the finished samples.</param>
/// <param name="Timestep">The t of the transition x_t → x_{t-1} that led here, T-1 … 0; T for pure noise.</param>
/// <param name="X">The samples after this step, [B, …]: x_{t-1}, and x_T for pure noise.</param>
/// <param name="X0">The newest estimate x̂_0 that the step was made with, [B, …]; null for pure noise.</param>
public readonly record struct SamplingState(int Step, int Timestep, Tensor X, Tensor? X0);
