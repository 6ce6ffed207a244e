using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Ddpm.Core;

/// <summary>
/// iPNDM-4: the probability-flow ODE dx̄/dσ = ε in x̄ = x/√ᾱ, σ = √((1-ᾱ)/ᾱ) by the Adams–Bashforth method of fourth order, begun with
/// lower orders (Liu et al. 2022, arXiv:2202.09778; Zhang and Chen 2022, arXiv:2204.13902): x_{t-1} = √ᾱ_{t-1} (x_t/√ᾱ_t + (σ_{t-1} - σ_t)
/// ε̄).
/// </summary>
internal sealed class PndmSteps : SamplerSteps
{
    // By how many derivatives are known: the newest first.
    private static readonly ImmutableArray<double>[] AdamsBashforth =
    [
        StepCoefficients.Newest,
        [3.0 / 2, -1.0 / 2],
        [23.0 / 12, -16.0 / 12, 5.0 / 12],
        [55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24],
    ];

    /// <summary>Creates the steps of a process.</summary>
    /// <param name="coefficients">The tables of the process. It must leave some signal at its last timestep.</param>
    /// <exception cref="ArgumentException">The process ends without signal, where σ is infinite.</exception>
    public PndmSteps(DiffusionCoefficients coefficients)
        : base(RequireSignal(coefficients))
    {
    }

    /// <inheritdoc/>
    public override RememberedValue Remembers => RememberedValue.Epsilon;

    /// <inheritdoc/>
    public override int Order => 4;

    /// <inheritdoc/>
    public override bool UsesEpsilon => true;

    /// <summary>Throws, naming the argument, where a process ends without signal.</summary>
    internal static DiffusionCoefficients RequireSignal(
        DiffusionCoefficients coefficients,
        [CallerArgumentExpression(nameof(coefficients))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(coefficients, name);
        if (coefficients.AlphaBars[^1] != 0) return coefficients;
        int last = coefficients.Timesteps - 1;
        throw new ArgumentException($"{name} must leave some signal at t = {last}, for σ = √((1-ᾱ)/ᾱ) is infinite without, but ᾱ is 0 " +
            "there.", name);
    }

    private protected override StepCoefficients Step(int t, int known)
    {
        double alphaBar = Coefficients.AlphaBars[t], previous = Coefficients.AlphaBarsPrevious[t], scale = Math.Sqrt(previous);
        return new StepCoefficients(
            Xt: scale / Math.Sqrt(alphaBar),
            X0: 0,
            Epsilon: scale * (Sigma(previous) - Sigma(alphaBar)),
            Noise: 0,
            AdamsBashforth[known - 1]);
    }

    internal static double Sigma(double alphaBar) => Math.Sqrt((1 - alphaBar) / alphaBar);
}
