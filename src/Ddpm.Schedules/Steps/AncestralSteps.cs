using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// Ancestral sampling with a fixed variance, Algorithm 2 of Ho et al. 2020 (arXiv:2006.11239): the posterior mean of eq. 7 at x̂_0 plus σ_t
/// z, x_{t-1} = √ᾱ_{t-1} β_t/(1-ᾱ_t) x̂_0 + √α_t (1-ᾱ_{t-1})/(1-ᾱ_t) x_t + σ_t z; no noise at t = 0.
/// </summary>
internal sealed class AncestralSteps : SamplerSteps
{
    private readonly ImmutableArray<double> variances;

    private AncestralSteps(DiffusionCoefficients coefficients, ImmutableArray<double> variances)
        : base(coefficients) => this.variances = variances;

    /// <inheritdoc/>
    public override bool UsesEpsilon => false;

    /// <summary>Returns steps with σ_t² = β̃_t, the lower bound (sec. 3.2).</summary>
    /// <param name="coefficients">The tables of the process.</param>
    /// <returns>The steps.</returns>
    public static AncestralSteps FixedSmall(DiffusionCoefficients coefficients)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        return new AncestralSteps(coefficients, coefficients.PosteriorVariances);
    }

    /// <summary>Returns steps with σ_t² = β_t, the upper bound (sec. 3.2).</summary>
    /// <param name="coefficients">The tables of the process.</param>
    /// <returns>The steps.</returns>
    public static AncestralSteps FixedLarge(DiffusionCoefficients coefficients)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        return new AncestralSteps(coefficients, coefficients.StepBetas);
    }

    private protected override StepCoefficients Step(int t, int known) => new(
        Xt: Coefficients.PosteriorMeanXtWeights[t],
        X0: Coefficients.PosteriorMeanX0Weights[t],
        Epsilon: 0,
        Noise: t == 0 ? 0 : Math.Sqrt(variances[t]),
        StepCoefficients.Newest);
}
