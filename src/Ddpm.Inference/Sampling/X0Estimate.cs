using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Computes x̂_0 of a batch from the network's prediction.</summary>
/// <param name="c">The tables of the process.</param>
/// <param name="t">The timestep.</param>
/// <param name="output">The prediction.</param>
/// <param name="xt">x_t.</param>
/// <param name="x0">Receives x̂_0.</param>
internal delegate void X0Estimate(
    DiffusionCoefficients c, int t, ReadOnlySpan<float> output, ReadOnlySpan<float> xt, Span<float> x0);
