using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>What a step is made of.</summary>
/// <param name="Output">The network's output at (x_t, t).</param>
/// <param name="Xt">The samples x_t.</param>
/// <param name="T">The timestep.</param>
/// <param name="RawX0">x̂_0 before clipping.</param>
/// <param name="X0">x̂_0 after clipping and after the hook.</param>
/// <param name="X0Replaced">Whether a hook has replaced x̂_0.</param>
internal readonly record struct StepInput(Tensor Output, Tensor Xt, int T, Tensor RawX0, Tensor X0, bool X0Replaced);
