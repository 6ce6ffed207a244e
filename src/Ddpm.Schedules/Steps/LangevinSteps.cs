namespace Ddpm.Core;

/// <summary>
/// Langevin dynamics at the noise levels of a process, as plain numbers: x ← x + δ s + √(2δ) z with the score s = (√ᾱ_t x̂_0 - x)/(1-ᾱ_t)
/// (Song et al. 2020, arXiv:2011.13456, algorithm 5). Engines on tensors and on spans share them.
/// </summary>
/// <param name="coefficients">The tables of the process.</param>
/// <param name="options">The settings, checked.</param>
internal sealed class LangevinSteps(DiffusionCoefficients coefficients, LangevinOptions options)
{
    /// <summary>Gets how many steps are taken at each noise level.</summary>
    public int StepsPerLevel => options.StepsPerLevel;

    /// <summary>Gets whether δ depends on the norms of a sample's noise and score.</summary>
    public bool UsesNorms => options.StepSize == LangevinStepSize.ScoreNorm;

    /// <summary>Returns the factors of x and x̂_0 in the score.</summary>
    public (double Xt, double X0) Score(int t)
    {
        double variance = 1 - coefficients.AlphaBars[t];
        return (-1 / variance, coefficients.SqrtAlphaBars[t] / variance);
    }

    /// <summary>Returns δ of a sample.</summary>
    /// <param name="t">The timestep.</param>
    /// <param name="ratio">‖z‖²/‖s‖²; any number where <see cref="UsesNorms"/> is false.</param>
    public double Size(int t, double ratio) => Math.Min(Factor(t) * (UsesNorms ? ratio : LongestSize(t)), LongestSize(t));

    /// <summary>Returns δ over ‖z‖²/‖s‖², 2 α_t r².</summary>
    public double Factor(int t) => 2 * coefficients.Alphas[t] * options.SignalToNoise * options.SignalToNoise;

    /// <summary>Returns 1-ᾱ_t: a longer step from the purest noise would go beyond its mean.</summary>
    public double LongestSize(int t) => 1 - coefficients.AlphaBars[t];

    /// <summary>
    /// Returns √(ᾱ_{t-1}/ᾱ_t), by which annealing goes to the next level: x/√ᾱ stays as it is (Song and Ermon 2019, arXiv:1907.05600).
    /// </summary>
    public double Descent(int t) => Math.Sqrt(coefficients.AlphaBarsPrevious[t] / coefficients.AlphaBars[t]);
}
