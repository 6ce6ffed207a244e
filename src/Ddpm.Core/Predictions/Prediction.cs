using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// What a network's output means, and how x̂_0 and the mean of p_θ(x_{t-1} | x_t) follow from it
/// (Ho et al. 2020, arXiv:2006.11239, sec. 3.2).
/// </summary>
public abstract class Prediction
{
    private protected Prediction()
    {
    }

    /// <summary>The network predicts the noise ε in x_t: the paper's choice.</summary>
    public static Prediction Epsilon { get; } = new EpsilonPrediction();

    /// <summary>Whether x̂_0 exists where ᾱ_t = 0, that is where x_t holds no signal.</summary>
    internal abstract bool DefinedAtZeroSignal { get; }

    /// <summary>The estimate x̂_0 of the clean example.</summary>
    /// <param name="coefficients">The tables of the process.</param>
    /// <param name="output">The network's output in the shape of <paramref name="xt"/>.</param>
    /// <param name="xt">The noisy examples, [B, …].</param>
    /// <param name="t">The timesteps.</param>
    internal abstract Tensor PredictX0(DiffusionCoefficients coefficients, Tensor output, Tensor xt, TimeIndex t);

    /// <summary>What the network is trained to put out.</summary>
    /// <param name="coefficients">The tables of the process.</param>
    /// <param name="x0">The clean examples, [B, …].</param>
    /// <param name="xt">The noisy examples.</param>
    /// <param name="noise">The noise ε in <paramref name="xt"/>.</param>
    /// <param name="t">The timesteps.</param>
    internal abstract Tensor Target(DiffusionCoefficients coefficients, Tensor x0, Tensor xt, Tensor noise, TimeIndex t);

    /// <summary>The mean of p_θ(x_{t-1} | x_t): μ̃_t at the (perhaps clipped) x̂_0, unless the network predicts the mean itself.</summary>
    internal virtual Tensor Mean(PosteriorQ posterior, Tensor output, Tensor x0, Tensor xt, TimeIndex t) => posterior.Mean(x0, xt, t);
}
