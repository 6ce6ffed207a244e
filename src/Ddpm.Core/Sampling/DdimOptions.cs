namespace Ddpm.Core;

/// <summary>How <see cref="DdimSampler"/> steps.</summary>
public sealed record DdimOptions
{
    /// <summary>Deterministic.</summary>
    public static DdimOptions Default { get; } = new();

    /// <summary>How much noise a step adds: 0 none, 1 as much as ancestral sampling with σ_t² = β̃_t. Range: 0 ≤ η ≤ 1.</summary>
    /// <value>0.</value>
    public double Eta { get; init; }

    /// <summary>
    /// Whether the noise is derived anew from the clipped x̂_0, as improved-diffusion does, rather than kept as the network gave it, as
    /// diffusers does. The same where nothing is clipped. Noise that is kept beside an x̂_0 that was clipped no longer adds up to x_t:
    /// where t is near T a step then puts the network's ε in the place of x_t, with its errors, and the more steps, the more of them.
    /// </summary>
    /// <value>True.</value>
    public bool RederiveNoise { get; init; } = true;

    /// <summary>
    /// Measurements of the network from which the variance of each step's x̂_0 follows, which is then added to the step's noise:
    /// Analytic-DPM (Bao et al. 2022, arXiv:2201.06503).
    /// </summary>
    /// <value>Null: nothing is added.</value>
    public NoiseCalibration? Calibration { get; init; }

    internal DdimOptions Validated()
    {
        Require.UnitInterval(Eta);
        return this;
    }
}
