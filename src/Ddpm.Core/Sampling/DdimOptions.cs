namespace Ddpm.Core;

/// <summary>Sets how <see cref="DdimSampler"/> steps.</summary>
public sealed record DdimOptions
{
    /// <summary>Gets the defaults: deterministic steps.</summary>
    public static DdimOptions Default { get; } = new();

    /// <summary>
    /// Gets the amount of noise that a step adds: 0 none, 1 as much as ancestral sampling with σ_t² = β̃_t. Range: 0 ≤ η ≤ 1.
    /// </summary>
    /// <value>Default: 0.</value>
    public double Eta { get; init; }

    /// <summary>
    /// Gets whether the noise is derived again from the clipped x̂_0, as improved-diffusion does, or kept as the network gave it, as
    /// diffusers does. Both are equal where nothing is clipped. Kept noise and a clipped x̂_0 no longer add up to x_t: near t = T a step
    /// then replaces x_t by the network's ε with its errors, and more steps add more of them.
    /// </summary>
    /// <value>Default: true.</value>
    public bool RederiveNoise { get; init; } = true;

    /// <summary>
    /// Gets measurements of the network that give the variance of each step's x̂_0, which is added to the step's noise: Analytic-DPM (Bao
    /// et al. 2022, arXiv:2201.06503).
    /// </summary>
    /// <value>Default: null (nothing is added).</value>
    public NoiseCalibration? Calibration { get; init; }

    internal DdimOptions Validated()
    {
        Require.UnitInterval(Eta);
        return this;
    }
}
