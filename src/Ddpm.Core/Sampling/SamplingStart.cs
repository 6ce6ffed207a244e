using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Holds the start of a run that does not begin with pure noise.</summary>
/// <param name="Xt">The noisy examples x_t, [Count, …]; the caller keeps them.</param>
/// <param name="Timestep">Their timestep t: the first step is x_t → x_{t-1}. Range: 0 ≤ t &lt; T.</param>
public sealed record SamplingStart(Tensor Xt, int Timestep);
