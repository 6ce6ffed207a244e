using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Computes the posterior q(x_{t-1} | x_t, x_0) = N(μ̃_t(x_t, x_0), β̃_t I) of the forward process (Ho et al. 2020, arXiv:2006.11239, eq. 6
/// and 7). It works on tensors [B, …] of any rank, type and device. It holds no tensor.
/// </summary>
public sealed class PosteriorQ
{
    /// <summary>Creates the posterior of a schedule's process.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <exception cref="ArgumentException">The schedule is invalid; <see cref="DiffusionCoefficients"/> lists the rules.</exception>
    public PosteriorQ(IVarianceSchedule schedule)
        : this(new DiffusionCoefficients(schedule))
    {
    }

    /// <summary>Creates the posterior of a tabulated schedule's process.</summary>
    /// <param name="coefficients">The tables.</param>
    public PosteriorQ(DiffusionCoefficients coefficients)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        Coefficients = coefficients;
    }

    /// <summary>Gets the tables that the posterior computes with.</summary>
    public DiffusionCoefficients Coefficients { get; }

    /// <summary>Computes the mean μ̃_t = √ᾱ_{t-1} β_t/(1-ᾱ_t) x_0 + √α_t (1-ᾱ_{t-1})/(1-ᾱ_t) x_t (eq. 7).</summary>
    /// <param name="x0">The clean examples x_0, [B, …].</param>
    /// <param name="xt">The noisy examples x_t in the shape of <paramref name="x0"/>.</param>
    /// <param name="t">The timesteps.</param>
    /// <returns>μ̃_t in the shape of <paramref name="x0"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes differ, a tensor does not hold floating-point numbers, or t does not fit the batch.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    public Tensor Mean(Tensor x0, Tensor xt, TimeIndex t)
    {
        Require.SameShape(xt, x0);
        t.Validated(Coefficients.Timesteps, x0);
        using var scope = NewDisposeScope();
        Tensor weightX0 = t.Gather(Coefficients.PosteriorMeanX0Weights, x0);
        Tensor weightXt = t.Gather(Coefficients.PosteriorMeanXtWeights, x0);
        return (weightX0 * x0).Plus(weightXt * xt).MoveToOuterDisposeScope();
    }

    /// <summary>Returns the variance β̃_t = (1-ᾱ_{t-1})/(1-ᾱ_t) β_t (eq. 7).</summary>
    /// <param name="t">The timestep. Range: 0 ≤ t &lt; T.</param>
    /// <returns>β̃_t. Range: 0 ≤ β̃_t &lt; β_t; exactly 0 at t = 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="t"/> is outside 0 … T-1.</exception>
    public double Variance(int t) => Coefficients.PosteriorVariances[Require.Timestep(t, Coefficients.Timesteps)];

    /// <summary>Returns ln β̃_t, with a chosen value at t = 0, where β̃_0 = 0.</summary>
    /// <param name="t">The timestep. Range: 0 ≤ t &lt; T.</param>
    /// <param name="initial">The value at t = 0.</param>
    /// <returns>ln β̃_t.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="t"/> is outside 0 … T-1.</exception>
    public double LogVariance(int t, InitialLogVariance initial = InitialLogVariance.SecondEntry) =>
        Require.Timestep(t, Coefficients.Timesteps) == 0
            ? Coefficients.PosteriorLogVariances(initial)[0]
            : Math.Log(Coefficients.PosteriorVariances[t]);
}
