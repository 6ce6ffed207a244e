using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Conditions;

/// <summary>
/// The exact ε-model of x_0 given a condition c, N(slope · c, deviation²): one coordinate of a joint normal of which the other is known.
/// E[ε | x_t, c] = √(1-ᾱ) (x_t - √ᾱ slope c)/(ᾱ deviation² + 1 - ᾱ).
/// </summary>
internal sealed class LinearGaussianModel(DiffusionCoefficients coefficients, double slope, double deviation) : IConditionalEpsilonModel
{
    public int ClassCount => 0;

    public IReadOnlyList<NetworkCondition> Conditions { get; } = [NetworkCondition.Spatial("known", 2)];

    public Tensor Predict(Tensor xt, Tensor t) => throw new NotSupportedException("without its condition");

    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels) => Predict(xt, t);

    public Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions)
    {
        using var scope = NewDisposeScope();
        double alphaBar = coefficients.AlphaBars[(int)t[0].item<long>()];
        Tensor mean = conditions.Tensors["known"].to(xt.dtype) * slope;
        return ((xt - Math.Sqrt(alphaBar) * mean) * (Math.Sqrt(1 - alphaBar) / (alphaBar * deviation * deviation + 1 - alphaBar)))
            .MoveToOuterDisposeScope();
    }
}
