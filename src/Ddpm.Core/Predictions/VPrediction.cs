using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Gets the prediction of v = √ᾱ_t ε - √(1-ᾱ_t) x_0: x̂_0 = √ᾱ_t x_t - √(1-ᾱ_t) v_θ, stable at every noise level (Salimans and Ho 2022,
/// arXiv:2202.00512, appendix D).
/// </summary>
internal sealed class VPrediction : Prediction
{
    public override string Name => "v";

    public override string ConfigurationName => "v_prediction";

    internal override bool DefinedAtZeroSignal => true;

    internal override Tensor PredictX0(DiffusionCoefficients coefficients, Tensor output, Tensor xt, TimeIndex t) =>
        t.Gather(coefficients.SqrtAlphaBars, xt) * xt - t.Gather(coefficients.SqrtOneMinusAlphaBars, xt) * output;

    // v = √ᾱ ε - √(1-ᾱ) x_0 with x_t = √ᾱ x_0 + √(1-ᾱ) ε: a rotation, whose other half this is.
    internal override Tensor PredictEpsilon(DiffusionCoefficients coefficients, Tensor output, Tensor xt, TimeIndex t) =>
        (t.Gather(coefficients.SqrtOneMinusAlphaBars, xt) * xt).Plus(t.Gather(coefficients.SqrtAlphaBars, xt) * output);

    internal override Tensor TargetCore(DiffusionCoefficients coefficients, Tensor x0, Tensor xt, Tensor noise, TimeIndex t) =>
        t.Gather(coefficients.SqrtAlphaBars, x0) * noise - t.Gather(coefficients.SqrtOneMinusAlphaBars, x0) * x0;

    internal override double X0Sensitivity(DiffusionCoefficients coefficients, int t) => coefficients.SqrtOneMinusAlphaBars[t];
}
