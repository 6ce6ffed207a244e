using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095, algorithm 2) in λ = ln(√ᾱ/√(1-ᾱ)) with h = λ_{t-1} - λ_t and the ratio r of the last
/// step's h to this one's: x_{t-1} = √((1-ᾱ_{t-1})/(1-ᾱ_t)) x_t - √ᾱ_{t-1} (e^{-h} - 1) D with D = (1 + 1/(2r)) x̂_0 - 1/(2r) x̂_0 of the
/// last step.
/// </summary>
internal sealed class DpmSolverSteps : SamplerSteps
{
    /// <summary>Creates the steps of a process.</summary>
    /// <param name="coefficients">The tables of the process.</param>
    public DpmSolverSteps(DiffusionCoefficients coefficients)
        : base(coefficients)
    {
    }

    /// <inheritdoc/>
    public override RememberedValue Remembers => RememberedValue.X0;

    /// <inheritdoc/>
    public override int Order => 2;

    /// <inheritdoc/>
    public override bool UsesEpsilon => false;

    private protected override StepCoefficients Step(int t, int known)
    {
        double alphaBar = Coefficients.AlphaBars[t], previous = Coefficients.AlphaBarsPrevious[t], length = Length(t);
        // The first step has no past, and the last, which goes to no noise at all, an infinite length: both are of first order.
        bool secondOrder = known == 2 && previous < 1 && t + 1 < Coefficients.Timesteps;
        return new StepCoefficients(
            Xt: Math.Sqrt((1 - previous) / (1 - alphaBar)),
            X0: -Math.Sqrt(previous) * double.ExpM1(-length),
            Epsilon: 0,
            Noise: 0,
            secondOrder ? Extrapolation(Length(t + 1) / length) : StepCoefficients.Newest);
    }

    private static ImmutableArray<double> Extrapolation(double ratio) => [1 + 1 / (2 * ratio), -1 / (2 * ratio)];

    private static double HalfLogSnr(double alphaBar) => 0.5 * Math.Log(alphaBar / (1 - alphaBar));

    private double Length(int t) => HalfLogSnr(Coefficients.AlphaBarsPrevious[t]) - HalfLogSnr(Coefficients.AlphaBars[t]);
}
