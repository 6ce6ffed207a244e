using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>The network predicts x_0 (Ho et al. 2020, arXiv:2006.11239, sec. 3.2, where it gave worse samples early on).</summary>
internal sealed class X0Prediction : Prediction
{
    public override string Name => "x0";

    public override string ConfigurationName => "sample";

    internal override bool DefinedAtZeroSignal => true;

    internal override Tensor PredictX0(DiffusionCoefficients coefficients, Tensor output, Tensor xt, TimeIndex t) => output.alias();

    internal override Tensor TargetCore(DiffusionCoefficients coefficients, Tensor x0, Tensor xt, Tensor noise, TimeIndex t) => x0.alias();

    internal override double X0Sensitivity(DiffusionCoefficients coefficients, int t) => 1;
}
