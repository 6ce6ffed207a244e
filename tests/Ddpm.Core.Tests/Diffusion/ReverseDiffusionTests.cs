using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Diffusion;

public sealed class ReverseDiffusionTests
{
    [Fact]
    public void Constructor_ScheduleThatEndsWithoutSignal_NeedsAPredictionThatIsDefinedThere()
    {
        var schedule = new ZeroTerminalSnrSchedule(new LinearSchedule());

        FluentActions.Invoking(() => new ReverseDiffusion(schedule)).Should().Throw<ArgumentException>()
            .WithMessage("schedule must leave some signal at t = 999 for EpsilonPrediction*Prediction.V*");
        new ReverseDiffusion(schedule, new ReverseDiffusionOptions { Prediction = Prediction.V }).Coefficients.Timesteps.Should().Be(1000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(999)]
    public void Moments_Unclipped_AreEquation11(int t)
    {
        var process = new ReverseDiffusion(new LinearSchedule(), new ReverseDiffusionOptions { Clipping = X0Clipping.None });
        DiffusionCoefficients c = process.Coefficients;
        using Tensor xt = tensor(new[] { 0.3, -2.0, 1.1 }).reshape(1, 3), eps = tensor(new[] { 1.0, -0.5, 0.1 }).reshape(1, 3);
        using Tensor expected = (xt - eps * (c.Betas[t] / Math.Sqrt(1 - c.AlphaBars[t]))) / Math.Sqrt(c.Alphas[t]);

        using ReverseMoments moments = process.Moments(eps, xt, t);

        moments.Mean.sub(expected).abs().max().item<double>().Should().BeLessThan(1e-10);
    }

    [Fact]
    public void Moments_TrueNoise_RecoverX0()
    {
        var process = new ReverseDiffusion(new LinearSchedule());
        var forward = new ForwardDiffusion(process.Coefficients);
        using Tensor x0 = tensor(new[] { 0.3, -0.9, 1.0, -1.0 }).reshape(2, 2), eps = tensor(new[] { 1.0, -0.5, 0.1, 2.0 }).reshape(2, 2);
        using Tensor xt = forward.Sample(x0, new long[] { 10, 700 }, eps);

        using ReverseMoments moments = process.Moments(eps, xt, new long[] { 10, 700 });

        moments.X0.sub(x0).abs().max().item<double>().Should().BeLessThan(1e-12);
    }

    [Fact]
    public void Moments_Clipping_LimitsX0AndMovesTheMean()
    {
        var clipped = new ReverseDiffusion(new LinearSchedule());
        using Tensor xt = full([1, 1], 3.0, float64), eps = full([1, 1], -3.0, float64);

        using ReverseMoments moments = clipped.Moments(eps, xt, 900);

        moments.X0.item<double>().Should().Be(1);
        using Tensor one = ones([1, 1], float64);
        using Tensor expected = clipped.Posterior.Mean(one, xt, 900);
        moments.Mean.Equals(expected).Should().BeTrue();
    }

    [Fact]
    public void LogVariances_BothChoices_TakeTheSecondEntryForTheFirst()
    {
        var small = new ReverseDiffusion(new LinearSchedule(), new ReverseDiffusionOptions { Variance = ReverseVariance.FixedSmall });
        var large = new ReverseDiffusion(new LinearSchedule());

        // ln β̃_1 = -9.8167 (Ho et al.'s and improved-diffusion's clipped value).
        small.LogVariance(0).Should().BeApproximately(-9.8167, 1e-4);
        large.LogVariance(0).Should().Be(small.LogVariance(0));
        small.LogVariance(500).Should().BeApproximately(Math.Log(small.Posterior.Variance(500)), 1e-14);
        large.LogVariance(500).Should().BeApproximately(Math.Log(large.Coefficients.Betas[500]), 1e-14);
        large.StandardDeviation(0).Should().Be(0);
        large.StandardDeviation(500).Should().BeApproximately(Math.Sqrt(large.Coefficients.Betas[500]), 1e-15);
    }

    [Fact]
    public void LogVariances_SingleTimestep_AreFinite() =>
        new ReverseDiffusion(new LinearSchedule(1)).LogVariance(0).Should().Be(Math.Log(1e-4));

    [Fact]
    public void Constructor_NoSignalLeft_RefusesEpsilonPrediction() =>
        FluentActions.Invoking(() => new ReverseDiffusion(new HarmonicSchedule(10))).Should().Throw<ArgumentException>()
            .WithMessage("*signal at t = 9*EpsilonPrediction*");

    [Fact]
    public void Moments_OutputOfAnotherShape_NamesBoth()
    {
        using Tensor xt = zeros(2, 3), output = zeros(2, 6);
        FluentActions.Invoking(() => new ReverseDiffusion(new LinearSchedule()).Moments(output, xt, 0)).Should().Throw<ArgumentException>()
            .WithMessage("output must have the shape of x_t, [2, 3], for FixedLargeVariance, but has [2, 6]*");
    }
}
