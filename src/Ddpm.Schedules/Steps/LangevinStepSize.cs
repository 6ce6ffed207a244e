namespace Ddpm.Core;

/// <summary>Chooses how long a Langevin step is, at a signal-to-noise ratio r.</summary>
public enum LangevinStepSize
{
    /// <summary>
    /// 2 α_t (r ‖z‖/‖s‖)² with the norms of each sample's own noise and score (Song et al. 2020, arXiv:2011.13456, algorithm 5), but at
    /// most 1-ᾱ_t, beyond which a step overshoots. A step that depends on z and s widens the distribution, in D dimensions by the factor
    /// (1 + 2/D)² of its variance.
    /// </summary>
    ScoreNorm,

    /// <summary>
    /// 2 α_t r² (1-ᾱ_t): in proportion to the variance of the noise (Song and Ermon 2019, arXiv:1907.05600), the same for all samples.
    /// </summary>
    NoiseLevel,
}
