namespace Ddpm.Core;

/// <summary>
/// Chooses the value of ln σ_0², because β̃_0 = 0 has no logarithm. It changes no sample, since no noise is added at t = 0, but it changes
/// a likelihood, because L_0 is decoded with it.
/// </summary>
public enum InitialLogVariance
{
    /// <summary>
    /// Uses the entry of t = 1, ln β̃_1 (-9.82 for the paper's schedule): Ho et al.'s CIFAR-10 code and improved-diffusion
    /// (arXiv:2102.09672). Fixed large variances use it too, in the variance and in its logarithm, as improved-diffusion does.
    /// </summary>
    SecondEntry,

    /// <summary>Uses ln max(σ_0², 1e-20), -46.05 for β̃_0: Ho et al.'s code for the 256×256 sets, and diffusers.</summary>
    Floored,
}
