using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// The network predicts μ̃_t, the mean of q(x_{t-1} | x_t, x_0), itself (Ho et al. 2020, arXiv:2006.11239, eq. 8, and the left column of
/// Table 2). Clipping bounds x̂_0, which measures and previews, but not the mean: that is the output.
/// </summary>
internal sealed class PosteriorMeanPrediction : Prediction
{
    public override string Name => "posterior-mean";

    // Unknown to diffusers, which stops at it.
    public override string ConfigurationName => "posterior_mean";

    internal override bool DefinedAtZeroSignal => true;

    internal override Tensor PredictX0(DiffusionCoefficients coefficients, Tensor output, Tensor xt, TimeIndex t)
    {
        // μ̃ = a x_0 + b x_t solved for x_0.
        Tensor a = t.Gather(coefficients.PosteriorMeanX0Weights, xt), b = t.Gather(coefficients.PosteriorMeanXtWeights, xt);
        return output / a - b / a * xt;
    }

    internal override Tensor TargetCore(DiffusionCoefficients coefficients, Tensor x0, Tensor xt, Tensor noise, TimeIndex t) =>
        (t.Gather(coefficients.PosteriorMeanX0Weights, x0) * x0).Plus(t.Gather(coefficients.PosteriorMeanXtWeights, x0) * xt);

    internal override Tensor Mean(PosteriorQ posterior, Tensor output, Tensor x0, Tensor xt, TimeIndex t) => output.alias();

    internal override double X0Sensitivity(DiffusionCoefficients coefficients, int t) => 1 / coefficients.PosteriorMeanX0Weights[t];
}
