using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>In which sense Algorithm 2 of DDPM is Langevin dynamics: docs/sampling.md, "Langevin and score".</summary>
public sealed class LangevinViewTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(500)]
    [InlineData(999)]
    public void Algorithm2_StepInTermsOfTheScore_IsAnIdentity(int t)
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture();
        var schedule = new LinearSchedule();
        var unclipped = new ReverseDiffusionOptions { Clipping = X0Clipping.None, Variance = ReverseVariance.FixedLarge };
        var process = new ReverseDiffusion(schedule, unclipped);
        var network = new ExactModel(schedule, data); // any network will do
        Tensor xt = randn(8, 2, float64), z = randn(8, 2, float64);

        // Algorithm 2, line 4, as the sampler takes it.
        Tensor output = network.Predict(xt, full(8, (long)t, int64));
        using SamplingStep step = new DdpmSampler(network, process).Step(output, xt, t, z);

        // The same line with the score in the place of ε_θ = -√(1-ᾱ_t) s.
        double beta = process.Coefficients.Betas[t], sigma = Math.Sqrt(beta);
        Tensor s = process.Score(network, xt, t);
        Tensor previous = (xt + beta * s) / Math.Sqrt(1 - beta) + sigma * z;

        (step.Previous - previous).abs().max().item<double>().Should().BeLessThan(1e-12);
    }

    [Fact]
    public void Algorithm2_AsStepsBecomeShort_IsALangevinStepAndAStepOfTheFlow()
    {
        // Error(β)/β² tends to a constant: what is left of a step of length β, after a Langevin step and a step of the flow, is O(β²).
        double[] scaled = [.. new[] { 0.08, 0.04, 0.02, 0.01 }.Select(beta => Error(beta) / (beta * beta))];
        scaled.Should().AllSatisfy(error => error.Should().BeInRange(0.1, 10));
        (scaled[3] / scaled[2]).Should().BeApproximately(1, 0.02);

        // A Langevin step alone leaves an error of the order of β itself: it has half of the drift.
        double[] alone = [.. new[] { 0.02, 0.01 }.Select(beta => Error(beta, flow: false) / beta)];
        (alone[1] / alone[0]).Should().BeApproximately(1, 0.05);
        alone[1].Should().BeGreaterThan(0.1);
    }

    // The distance of Algorithm 2's mean from that of its two parts, at a noise of ᾱ = 0.5 and a step of length β.
    private static double Error(double beta, bool flow = true)
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture();
        Tensor x = tensor(new[,] { { 0.3, -0.4 }, { -1.0, 0.2 }, { 0.8, 0.9 } }), s = data.Score(x, tensor(0.5, float64));

        Tensor algorithm2 = (x + beta * s) / Math.Sqrt(1 - beta);
        // x + δ s + √(2δ) z with the noise of Algorithm 2, √(2δ) = √β, so that δ = β/2: it leaves q(x_t) as it is.
        Tensor langevin = x + beta / 2 * s;
        // The other half of the score and the growth of x, against the diffusion dx = -½ β x dt + √β dw: it takes q(x_t) to q(x_{t-1}).
        Tensor ode = beta / 2 * (x + s);

        return (algorithm2 - langevin - (flow ? ode : zeros_like(ode))).abs().max().item<double>();
    }

    private static GaussianMixtureData Mixture() => new(
        tensor(new[] { 0.4, 0.6 }),
        tensor(new[,] { { -0.8, 0.3 }, { 0.6, -0.1 } }),
        tensor(new[, ,] { { { 0.1, 0.02 }, { 0.02, 0.05 } }, { { 0.3, -0.1 }, { -0.1, 0.2 } } }));
}
