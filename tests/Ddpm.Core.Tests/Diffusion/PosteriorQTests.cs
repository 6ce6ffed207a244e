using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Diffusion;

public sealed class PosteriorQTests
{
    private readonly PosteriorQ posterior = new(new LinearSchedule());

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(500)]
    [InlineData(999)]
    public void MeanAndVariance_AnyTimestep_AreBayesRule(int t)
    {
        // q(x_{t-1} | x_t, x_0) ∝ q(x_t | x_{t-1}) q(x_{t-1} | x_0): precisions add, and means are weighted by precision.
        DiffusionCoefficients c = posterior.Coefficients;
        double previous = c.AlphaBars[t - 1], beta = c.Betas[t];
        double precision = (1 - beta) / beta + 1 / (1 - previous);
        const double x0 = 0.7, xt = -1.3;
        double mean = (Math.Sqrt(1 - beta) / beta * xt + Math.Sqrt(previous) / (1 - previous) * x0) / precision;

        using Tensor x0Tensor = full([1, 2], x0, float64), xtTensor = full([1, 2], xt, float64);
        using Tensor actual = posterior.Mean(x0Tensor, xtTensor, t);

        posterior.Variance(t).Should().BeApproximately(1 / precision, 1e-12);
        actual[0, 0].item<double>().Should().BeApproximately(mean, 1e-10);
    }

    [Fact]
    public void Mean_FirstTimestep_IsX0()
    {
        using Tensor x0 = full([2, 2], 0.25, float64), xt = full([2, 2], 9.0, float64);
        using Tensor mean = posterior.Mean(x0, xt, 0);

        mean.sub(x0).abs().max().item<double>().Should().BeLessThan(1e-12);
        posterior.Variance(0).Should().Be(0);
    }

    [Fact]
    public void Variance_AllTimesteps_LieBetweenZeroAndBeta()
    {
        for (int t = 1; t < 1000; t++) posterior.Variance(t).Should().BeInRange(double.Epsilon, posterior.Coefficients.Betas[t]);
    }
}
