using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Says what a network's output means, and computes x̂_0 and the mean of p_θ(x_{t-1} | x_t) from it (Ho et al. 2020, arXiv:2006.11239, sec.
/// 3.2).
/// </summary>
public abstract class Prediction
{
    private protected Prediction()
    {
    }

    /// <summary>Gets the prediction of the noise ε in x_t: the paper's choice.</summary>
    public static Prediction Epsilon { get; } = new EpsilonPrediction();

    /// <summary>Gets the prediction of the clean example x_0.</summary>
    public static Prediction X0 { get; } = new X0Prediction();

    /// <summary>Gets the prediction of v = √ᾱ_t ε - √(1-ᾱ_t) x_0 (Salimans and Ho 2022, arXiv:2202.00512).</summary>
    public static Prediction V { get; } = new VPrediction();

    /// <summary>Gets the prediction of the posterior's mean μ̃_t: the baseline of the paper's Table 2.</summary>
    public static Prediction PosteriorMean { get; } = new PosteriorMeanPrediction();

    /// <summary>Gets all predictions, for lists of choices.</summary>
    public static ImmutableArray<Prediction> Known { get; } = [Epsilon, X0, V, PosteriorMean];

    /// <summary>Gets the name in lower case with hyphens: "epsilon", "x0", "v", "posterior-mean".</summary>
    public abstract string Name { get; }

    /// <summary>Gets the prediction_type of scheduler_config.json: the word of diffusers, where diffusers knows the prediction.</summary>
    public abstract string ConfigurationName { get; }

    /// <summary>Whether x̂_0 exists where ᾱ_t = 0, that is where x_t holds no signal.</summary>
    internal abstract bool DefinedAtZeroSignal { get; }

    /// <summary>Computes the training target of the network's output.</summary>
    /// <param name="coefficients">The tables of the process.</param>
    /// <param name="x0">The clean examples, [B, …].</param>
    /// <param name="xt">The noisy examples.</param>
    /// <param name="noise">The noise ε in <paramref name="xt"/>.</param>
    /// <param name="t">The timesteps of the process.</param>
    /// <returns>The target in the shape of <paramref name="x0"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes differ, a tensor does not hold floating-point numbers, or t does not fit the batch.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A timestep is outside 0 … T-1.</exception>
    public Tensor Target(DiffusionCoefficients coefficients, Tensor x0, Tensor xt, Tensor noise, TimeIndex t)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        Require.SameShape(xt, x0);
        Require.SameShape(noise, x0);
        t.Validated(coefficients.Timesteps, x0);
        using var scope = NewDisposeScope();
        return TargetCore(coefficients, x0, xt, noise, t).MoveToOuterDisposeScope();
    }

    /// <summary>Returns <see cref="Name"/> as the text.</summary>
    public sealed override string ToString() => Name;

    /// <summary>The estimate x̂_0 of the clean example. Called inside a dispose scope.</summary>
    internal abstract Tensor PredictX0(DiffusionCoefficients coefficients, Tensor output, Tensor xt, TimeIndex t);

    /// <summary>The noise ε in x_t that belongs to the output. Called inside a dispose scope.</summary>
    internal virtual Tensor PredictEpsilon(DiffusionCoefficients coefficients, Tensor output, Tensor xt, TimeIndex t)
    {
        Tensor x0 = PredictX0(coefficients, output, xt, t);
        return (xt - t.Gather(coefficients.SqrtAlphaBars, xt) * x0) / t.Gather(coefficients.SqrtOneMinusAlphaBars, xt);
    }

    /// <summary>What the network is trained to put out; perhaps an alias of an argument. Called inside a dispose scope.</summary>
    internal abstract Tensor TargetCore(DiffusionCoefficients coefficients, Tensor x0, Tensor xt, Tensor noise, TimeIndex t);

    /// <summary>The mean of p_θ(x_{t-1} | x_t): μ̃_t at the (perhaps clipped) x̂_0, unless the network predicts the mean itself.</summary>
    internal virtual Tensor Mean(PosteriorQ posterior, Tensor output, Tensor x0, Tensor xt, TimeIndex t) => posterior.Mean(x0, xt, t);

    /// <summary>|∂x̂_0/∂output|, by which an error of the output becomes one of x̂_0.</summary>
    internal abstract double X0Sensitivity(DiffusionCoefficients coefficients, int t);
}
