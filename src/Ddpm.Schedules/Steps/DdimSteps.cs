namespace Ddpm.Core;

/// <summary>
/// DDIM (Song, Meng, Ermon 2020, arXiv:2010.02502, eq. 12): x_{t-1} = √ᾱ_{t-1} x̂_0 + √(1 - ᾱ_{t-1} - σ_t²) ε + σ_t z with
/// σ_t = η √((1-ᾱ_{t-1})/(1-ᾱ_t)) √(1 - ᾱ_t/ᾱ_{t-1}), which is η √β̃_t.
/// </summary>
internal sealed class DdimSteps : SamplerSteps
{
    /// <summary>Creates the steps of a process.</summary>
    /// <param name="coefficients">The tables of the process.</param>
    /// <param name="eta">η: 0 adds no noise, 1 as much as ancestral sampling with σ_t² = β̃_t. Range: 0 ≤ η ≤ 1.</param>
    /// <param name="rederiveNoise">Whether ε is derived anew from the clipped x̂_0 rather than kept as the network gave it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="eta"/> is outside 0 … 1.</exception>
    public DdimSteps(DiffusionCoefficients coefficients, double eta = 0, bool rederiveNoise = true)
        : base(coefficients)
    {
        Eta = Require.UnitInterval(eta);
        ClipsEpsilon = rederiveNoise;
    }

    /// <summary>Gets η.</summary>
    public double Eta { get; }

    /// <inheritdoc/>
    public override bool UsesEpsilon => true;

    /// <inheritdoc/>
    public override bool ClipsEpsilon { get; }

    /// <summary>σ_t² = η² β̃_t.</summary>
    /// <param name="t">The timestep. Range: 0 ≤ t &lt; T.</param>
    /// <returns>The variance; 0 at t = 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="t"/> is outside 0 … T-1.</exception>
    public double Variance(int t) => Eta * Eta * Coefficients.PosteriorVariances[Require.Timestep(t, Coefficients.Timesteps)];

    /// <summary>
    /// Returns the scalars of the way back with η = 0 (sec. 4.3), x_{t-1} → x_t = √ᾱ_t x̂_0 + √(1-ᾱ_t) ε, with x̂_0 and ε estimated at t -
    /// 1.
    /// </summary>
    /// <param name="t">The timestep that the step leads to. Range: 0 ≤ t &lt; T.</param>
    /// <returns>The scalars.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="t"/> is outside 0 … T-1.</exception>
    public StepCoefficients Inverse(int t) => new(
        Xt: 0,
        X0: Coefficients.SqrtAlphaBars[Require.Timestep(t, Coefficients.Timesteps)],
        Epsilon: Coefficients.SqrtOneMinusAlphaBars[t],
        Noise: 0,
        StepCoefficients.Newest);

    private protected override StepCoefficients Step(int t, int known)
    {
        double previous = Coefficients.AlphaBarsPrevious[t], variance = Variance(t);
        // 1 - ᾱ_{t-1} - σ² is 0 at t = 0 but for rounding.
        double direction = Math.Sqrt(Math.Max(0, 1 - previous - variance));
        return new StepCoefficients(Xt: 0, X0: Math.Sqrt(previous), direction, Math.Sqrt(variance), StepCoefficients.Newest);
    }
}
