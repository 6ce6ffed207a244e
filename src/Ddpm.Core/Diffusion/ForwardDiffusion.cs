using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Turns an image into noise: the forward process q (Ho et al. 2020, arXiv:2006.11239, eq. 2 and 4). It works on tensors [B, …] of any
/// rank, type and device. It holds no tensor.
/// </summary>
public sealed class ForwardDiffusion
{
    /// <summary>Creates the forward process of a schedule.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <exception cref="ArgumentException">The schedule is invalid; <see cref="DiffusionCoefficients"/> lists the rules.</exception>
    public ForwardDiffusion(IVarianceSchedule schedule)
        : this(new DiffusionCoefficients(schedule))
    {
    }

    /// <summary>Creates the forward process of a tabulated schedule.</summary>
    /// <param name="coefficients">The tables.</param>
    public ForwardDiffusion(DiffusionCoefficients coefficients)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        Coefficients = coefficients;
    }

    /// <summary>Gets the tables that the process computes with.</summary>
    public DiffusionCoefficients Coefficients { get; }

    /// <summary>Draws x_t from q(x_t | x_0) by x_t = √ᾱ_t x_0 + √(1-ᾱ_t) ε (eq. 4).</summary>
    /// <param name="x0">The clean examples x_0, [B, …].</param>
    /// <param name="t">The timesteps.</param>
    /// <param name="noise">Standard normal noise ε in the shape of <paramref name="x0"/>.</param>
    /// <returns>x_t in the shape of <paramref name="x0"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes differ, a tensor does not hold floating-point numbers, or t does not fit the batch.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    public Tensor Sample(Tensor x0, TimeIndex t, Tensor noise)
    {
        Require.SameShape(noise, x0);
        t.Validated(Coefficients.Timesteps, x0);
        using var scope = NewDisposeScope();
        Tensor signal = t.Gather(Coefficients.SqrtAlphaBars, x0);
        Tensor spread = t.Gather(Coefficients.SqrtOneMinusAlphaBars, x0);
        return (signal * x0).Plus(spread * noise).MoveToOuterDisposeScope();
    }

    /// <summary>Draws x_t from q(x_t | x_{t-1}) by x_t = √(1-β_t) x_{t-1} + √β_t ε (eq. 2).</summary>
    /// <param name="previous">x_{t-1}, [B, …]; the clean examples x_0 for t = 0.</param>
    /// <param name="t">The timesteps.</param>
    /// <param name="noise">Standard normal noise ε in the shape of <paramref name="previous"/>.</param>
    /// <returns>x_t in the shape of <paramref name="previous"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes differ, a tensor does not hold floating-point numbers, or t does not fit the batch.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    public Tensor Step(Tensor previous, TimeIndex t, Tensor noise)
    {
        Require.SameShape(noise, previous);
        t.Validated(Coefficients.Timesteps, previous);
        using var scope = NewDisposeScope();
        Tensor signal = t.Gather(Coefficients.Alphas, previous).sqrt();
        Tensor spread = t.Gather(Coefficients.Betas, previous).sqrt();
        return (signal * previous).Plus(spread * noise).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the mean √ᾱ_t x_0 of q(x_t | x_0) (eq. 4). The variance is 1 - ᾱ_t (<see cref="Variance"/>).</summary>
    /// <param name="x0">The clean examples x_0, [B, …].</param>
    /// <param name="t">The timesteps.</param>
    /// <returns>The mean in the shape of <paramref name="x0"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The tensor does not hold floating-point numbers, or t does not fit the batch.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    public Tensor Mean(Tensor x0, TimeIndex t)
    {
        Require.Batch(x0);
        using Tensor signal = t.Validated(Coefficients.Timesteps, x0).Gather(Coefficients.SqrtAlphaBars, x0);
        return signal * x0;
    }

    /// <summary>Returns the variance 1 - ᾱ_t of q(x_t | x_0) (eq. 4), the same for every element.</summary>
    /// <param name="t">The timestep. Range: 0 ≤ t &lt; T.</param>
    /// <returns>The variance. Range: 0 &lt; 1 - ᾱ_t ≤ 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="t"/> is outside 0 … T-1.</exception>
    public double Variance(int t) => 1 - Coefficients.AlphaBars[Require.Timestep(t, Coefficients.Timesteps)];

    /// <summary>Returns ln(1 - ᾱ_t), the log variance of q(x_t | x_0) (eq. 4).</summary>
    /// <param name="t">The timestep. Range: 0 ≤ t &lt; T.</param>
    /// <returns>The log variance. Range: ≤ 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="t"/> is outside 0 … T-1.</exception>
    public double LogVariance(int t) => Coefficients.LogOneMinusAlphaBars[Require.Timestep(t, Coefficients.Timesteps)];

    /// <summary>
    /// Computes the noise ε = (x_t - √ᾱ_t x_0)/√(1-ᾱ_t) that leads from <paramref name="x0"/> to <paramref name="xt"/> (eq. 4 solved for
    /// ε).
    /// </summary>
    /// <param name="x0">The clean examples x_0, or estimates of them, [B, …].</param>
    /// <param name="xt">The noisy examples x_t in the shape of <paramref name="x0"/>.</param>
    /// <param name="t">The timesteps.</param>
    /// <returns>ε in the shape of <paramref name="x0"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes differ, a tensor does not hold floating-point numbers, or t does not fit the batch.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    public Tensor Noise(Tensor x0, Tensor xt, TimeIndex t)
    {
        Require.SameShape(xt, x0);
        t.Validated(Coefficients.Timesteps, x0);
        using var scope = NewDisposeScope();
        Tensor signal = t.Gather(Coefficients.SqrtAlphaBars, x0);
        Tensor spread = t.Gather(Coefficients.SqrtOneMinusAlphaBars, x0);
        return ((xt - signal * x0) / spread).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Computes L_T = KL(q(x_T | x_0) ‖ N(0, I)), the part of the variational bound that has nothing to learn (eq. 5), averaged over the
    /// dimensions of an example.
    /// </summary>
    /// <param name="x0">The clean examples x_0, [B, …].</param>
    /// <returns>The divergence of each example in bits/dim, [B]; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The tensor does not hold floating-point numbers.</exception>
    public Tensor PriorDivergence(Tensor x0)
    {
        Require.Batch(x0);
        double alphaBar = Coefficients.AlphaBars[^1];
        using var scope = NewDisposeScope();
        // KL(N(m, v) ‖ N(0, 1)) = (m² + v - 1 - ln v)/2 with v = 1 - ᾱ_T; -ᾱ_T - ln(1 - ᾱ_T) by log1p keeps its digits when ᾱ_T is small.
        double varianceTerm = -alphaBar - Log1p(-alphaBar);
        Tensor square = x0.reshape(x0.size(0), -1).Square().mean([1]);
        return square.Times(alphaBar).Plus(varianceTerm).Times(0.5 / Math.Log(2)).MoveToOuterDisposeScope();
    }

    private static double Log1p(double x)
    {
        // Kahan's form: exact to a few ulp where 1 + x rounds.
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }
}
