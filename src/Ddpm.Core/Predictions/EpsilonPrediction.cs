using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// The network predicts the noise ε: x̂_0 = √(1/ᾱ_t) x_t - √(1/ᾱ_t - 1) ε_θ (Ho et al. 2020, arXiv:2006.11239, eq. 11 and 15).
/// </summary>
internal sealed class EpsilonPrediction : Prediction
{
    public override string Name => "epsilon";

    public override string ConfigurationName => "epsilon";

    internal override bool DefinedAtZeroSignal => false;

    internal override Tensor PredictX0(DiffusionCoefficients coefficients, Tensor output, Tensor xt, TimeIndex t) =>
        t.Gather(coefficients.SqrtReciprocalAlphaBars, xt) * xt - t.Gather(coefficients.SqrtReciprocalAlphaBarsMinusOne, xt) * output;

    internal override Tensor PredictEpsilon(DiffusionCoefficients coefficients, Tensor output, Tensor xt, TimeIndex t) => output.alias();

    internal override Tensor TargetCore(DiffusionCoefficients coefficients, Tensor x0, Tensor xt, Tensor noise, TimeIndex t) =>
        noise.alias();

    internal override double X0Sensitivity(DiffusionCoefficients coefficients, int t) => coefficients.SqrtReciprocalAlphaBarsMinusOne[t];
}
