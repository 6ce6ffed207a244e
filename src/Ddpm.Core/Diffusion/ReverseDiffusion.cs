using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// The reverse process p_θ(x_{t-1} | x_t) = N(μ_θ(x_t, t), σ_t² I) (Ho et al. 2020, arXiv:2006.11239, sec. 3.2):
/// from a network's output to x̂_0, the mean and the variance. Holds no tensor.
/// </summary>
public sealed class ReverseDiffusion
{
    private readonly ImmutableArray<double> logVariances;

    /// <summary>The reverse process of a schedule.</summary>
    /// <param name="schedule">The schedule that the network was trained with, or a respacing of it.</param>
    /// <param name="options">Prediction, variance and clipping; by default the paper's for CIFAR-10.</param>
    /// <exception cref="ArgumentException">The schedule is invalid, or ends without signal (ᾱ_{T-1} = 0) where the prediction cannot give x̂_0.</exception>
    public ReverseDiffusion(IVarianceSchedule schedule, ReverseDiffusionOptions? options = null)
    {
        Options = options ?? ReverseDiffusionOptions.Default;
        Options.Validate();
        Coefficients = new DiffusionCoefficients(schedule);
        Posterior = new PosteriorQ(Coefficients);
        if (Coefficients.AlphaBars[^1] == 0 && !Options.Prediction.DefinedAtZeroSignal)
        {
            throw new ArgumentException($"schedule must leave some signal at t = {Coefficients.Timesteps - 1} for {Options.Prediction.GetType().Name}, which divides by √ᾱ_t, but ᾱ_t is 0 there.", nameof(schedule));
        }

        logVariances = Options.Variance.LogVariances(Coefficients);
    }

    /// <summary>Prediction, variance and clipping.</summary>
    public ReverseDiffusionOptions Options { get; }

    /// <summary>The tables that the process computes with.</summary>
    public DiffusionCoefficients Coefficients { get; }

    /// <summary>The posterior q(x_{t-1} | x_t, x_0) whose mean the reverse process takes.</summary>
    public PosteriorQ Posterior { get; }

    /// <summary>ln σ_t² over t = 0 … T-1, for a likelihood; at t = 0 the entry of t = 1 (no noise is added there when sampling).</summary>
    public IReadOnlyList<double> LogVariances => logVariances;

    /// <summary>x̂_0 and the mean of p_θ(x_{t-1} | x_t).</summary>
    /// <param name="output">The network's output at (<paramref name="xt"/>, <paramref name="t"/>), in the shape of <paramref name="xt"/>.</param>
    /// <param name="xt">The noisy examples x_t, [B, …].</param>
    /// <param name="t">The timesteps.</param>
    /// <returns>Fresh tensors in the shape of <paramref name="xt"/>; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The shapes differ, a tensor does not hold floating-point numbers, or t does not fit the batch.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    public ReverseMoments Moments(Tensor output, Tensor xt, TimeIndex t)
    {
        Require.SameShape(output, Require.Batch(xt));
        t.Validated(Coefficients.Timesteps, xt);
        using var scope = NewDisposeScope();
        Tensor x0 = Options.Prediction.PredictX0(Coefficients, output, xt, t);
        // The authors clip x̂_0 before they form the mean, when they sample and when they evaluate the bound.
        if (Options.ClipX0) x0 = x0.clamp(-1, 1);
        Tensor mean = Options.Prediction.Mean(Posterior, output, x0, xt, t);
        return new ReverseMoments(x0.MoveToOuterDisposeScope(), mean.MoveToOuterDisposeScope());
    }

    /// <summary>σ_t, the standard deviation of p_θ(x_{t-1} | x_t).</summary>
    /// <param name="t">The timestep. Range: 0 ≤ t &lt; T.</param>
    /// <returns>σ_t; 0 at t = 0, where Algorithm 2 adds no noise.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="t"/> is outside 0 … T-1.</exception>
    public double StandardDeviation(int t) => Require.Timestep(t, Coefficients.Timesteps) == 0 ? 0 : Math.Exp(0.5 * logVariances[t]);
}
