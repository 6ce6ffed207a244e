using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Likelihood;

/// <summary>The likelihood by the probability flow against closed forms.</summary>
public sealed class FlowLikelihoodTests
{
    private static readonly LinearSchedule Schedule = new();

    [Theory]
    [InlineData(1, "epsilon")]
    [InlineData(2, "v")]
    [InlineData(4, "x0")]
    public void LogDensity_ExactMixture_IsTheClosedForm(int dimensions, string prediction)
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture(dimensions);
        Prediction meaning = Prediction.Known.Single(known => known.Name == prediction);
        var process = new ReverseDiffusion(Schedule, new ReverseDiffusionOptions { Prediction = meaning });
        var flow = new FlowLikelihood(new ExactModel(Schedule, data, meaning), process, Divergence.Exact);
        Tensor x = Examples(dimensions, 16);

        Tensor actual = flow.LogDensity(x, new PerSampleNoise(0));

        actual.shape.Should().Equal(1, 16);
        Tensor bits = FlowLikelihood.BitsPerDim(actual[0], dimensions);
        Tensor expected = FlowLikelihood.BitsPerDim(Exact(data, process, x), dimensions);
        (bits - expected).abs().max().item<double>().Should().BeLessThan(1e-3);
        // The error of the prior at T - 1 and of the steps shows: the test is not one of rounding.
        (bits - expected).abs().max().item<double>().Should().BeGreaterThan(1e-9);
    }

    [Fact]
    public void LogDensity_FewerSteps_HasAnErrorOfSecondOrder()
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture(2);
        var model = new ExactModel(Schedule, data);
        var whole = new ReverseDiffusion(Schedule);
        Tensor x = Examples(2, 8), finest = new FlowLikelihood(model, whole, Divergence.Exact).LogDensity(x, new PerSampleNoise(0));
        double Error(int steps) => (new FlowLikelihood(model, whole.Respace(TimestepSpacing.Linspace(1000, steps)), Divergence.Exact)
            .LogDensity(x, new PerSampleNoise(0)) - finest).abs().max().item<double>();
        Error(200).Should().BeLessThan(Error(50) / 4);
    }

    [Fact]
    public void LogDensity_NarrowPeaks_NeedStepsWhereThereIsLittleNoise()
    {
        // Peaks as narrow as the noise at t = 0, as pictures with areas of one value have: few steps report too few bits.
        using var scope = NewDisposeScope();
        using var data = new GaussianMixtureData(
            tensor(new[] { 0.5, 0.3, 0.2 }),
            tensor(new[] { -0.9, 0.1, 0.7 }).reshape(3, 1),
            tensor(new[] { 1e-4, 0.0104, 0.04 }).reshape(3, 1, 1));
        var whole = new ReverseDiffusion(Schedule);
        var random = new Generator(5);
        Tensor Part(int count, double mean, double variance) =>
            mean + Math.Sqrt(variance + 1e-4) * randn(count, 1, dtype: float64, generator: random);
        Tensor x = cat([Part(32, -0.9, 1e-4), Part(19, 0.1, 0.0104), Part(13, 0.7, 0.04)]);
        Tensor exact = Exact(data, whole, x);
        double Error(IEnumerable<int> timesteps) => FlowLikelihood.BitsPerDim(
            new FlowLikelihood(new ExactModel(Schedule, data), whole.Respace(timesteps), Divergence.Exact)
                .LogDensity(x, new PerSampleNoise(0))[0] - exact,
            1).mean().item<double>() - Math.Log2(127.5);
        Error(TimestepSpacing.Karras(Schedule, 100)).Should().BeInRange(-0.03, -0.005);
        Error(TimestepSpacing.Linspace(1000, 100)).Should().BeInRange(-0.4, -0.1);
        Error(Enumerable.Range(0, 1000)).Should().BeInRange(-0.01, 0.001);
    }

    [Fact]
    public void LogDensity_HutchinsonProbes_AverageToTheTrace()
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Mixture(8);
        ReverseDiffusion process = new ReverseDiffusion(Schedule).Respace(TimestepSpacing.Linspace(1000, 60));
        var model = new ExactModel(Schedule, data);
        Tensor x = Examples(8, 12);
        const int Probes = 64;
        Tensor exact = new FlowLikelihood(model, process, Divergence.Exact).LogDensity(x, new PerSampleNoise(0))[0];
        Tensor estimates = new FlowLikelihood(model, process, Divergence.Hutchinson(Probes)).LogDensity(x, new PerSampleNoise(0));

        Tensor error = estimates.std(0, unbiased: true) / Math.Sqrt(Probes), off = (estimates.mean([0]) - exact) / error;
        // 12 standardised errors of mean 0: a right estimate passes these bounds but once in 1,000 seeds.
        off.abs().max().item<double>().Should().BeLessThan(4);
        error.min().item<double>().Should().BeGreaterThan(1e-4, "the data is correlated");
        // Probes belong to the example, whatever stands beside it.
        Tensor last = new FlowLikelihood(model, process, Divergence.Hutchinson(2)).LogDensity(x[5..], new PerSampleNoise(0), 5);
        (last - estimates[..2, 5..]).abs().max().item<double>().Should().BeLessThan(1e-10);
    }

    [Fact]
    public void LogDensity_AgainAndAgain_LeavesNoTensor()
    {
        using GaussianMixtureData data = Mixture(2);
        ReverseDiffusion process = new ReverseDiffusion(Schedule).Respace(TimestepSpacing.Linspace(1000, 5));
        using Tensor x = Examples(2, 3);
        foreach (Divergence divergence in new[] { Divergence.Exact, Divergence.Hutchinson(2) })
        {
            var flow = new FlowLikelihood(new ExactModel(Schedule, data), process, divergence);
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            flow.LogDensity(x, new PerSampleNoise(0)).Dispose();
            DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        }
    }

    [Fact]
    public void LogDensity_NoGradientsOrSignal_IsRefused()
    {
        using var scope = NewDisposeScope();
        Tensor x = Examples(2, 3);
        FluentActions.Invoking(() => new FlowLikelihood(new Opaque(), new ReverseDiffusion(Schedule)).LogDensity(x, new PerSampleNoise(0)))
            .Should().Throw<InvalidOperationException>().WithMessage("Gradients must pass from the output of Opaque to x_t*");
        var zero = new ReverseDiffusion(
            new ZeroTerminalSnrSchedule(Schedule), new ReverseDiffusionOptions { Prediction = Prediction.V });
        FluentActions.Invoking(() => new FlowLikelihood(new Opaque(), zero)).Should().Throw<ArgumentException>()
            .WithMessage("process must leave some signal at t = 999*");
        FluentActions.Invoking(() => Divergence.Hutchinson(0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("probes must be at least 1, but is 0.*");
    }

    // ln p(x̄) of x̄ = x_0 + σ_0 ε.
    private static Tensor Exact(GaussianMixtureData data, ReverseDiffusion process, Tensor x)
    {
        double alphaBar = process.Coefficients.AlphaBars[0];
        return data.LogDensity(Math.Sqrt(alphaBar) * x, tensor(alphaBar, float64)) + x.size(1) / 2.0 * Math.Log(alphaBar);
    }

    private static Tensor Examples(int dimensions, int count) =>
        randn(count, dimensions, dtype: float64, generator: new Generator(2)) * 0.6;

    private static GaussianMixtureData Mixture(int dimensions)
    {
        Tensor root = randn(2, dimensions, dimensions, dtype: float64, generator: new Generator(4)) * (0.5 / Math.Sqrt(dimensions));
        Tensor covariances = root.matmul(root.transpose(1, 2)) + 0.05 * eye(dimensions, dtype: float64);
        return new GaussianMixtureData(
            tensor(new[] { 0.4, 0.6 }), stack([full(dimensions, -0.5, float64), full(dimensions, 0.4, float64)]), covariances);
    }

    private sealed class Opaque : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t) => xt.detach().clone();
    }
}
