using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

/// <summary>The exact ε-model of data N(mean, deviation²): E[ε | x_t] = √(1-ᾱ) (x_t - √ᾱ mean)/(ᾱ deviation² + 1 - ᾱ).</summary>
internal sealed class GaussianModel(DiffusionCoefficients coefficients, double mean, double deviation) : IEpsilonModel
{
    public int Calls { get; private set; }

    public bool InTrainingMode { get; init; }

    public Tensor Predict(Tensor xt, Tensor t)
    {
        Calls++;
        using var scope = NewDisposeScope();
        double alphaBar = coefficients.AlphaBars[(int)t[0].item<long>()];
        return ((xt - Math.Sqrt(alphaBar) * mean) * (Math.Sqrt(1 - alphaBar) / (alphaBar * deviation * deviation + 1 - alphaBar)))
            .MoveToOuterDisposeScope();
    }
}
