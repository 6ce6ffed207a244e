using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

/// <summary>
/// Samples against the exact distribution of the chain, with fixed seeds. A right sampler fails a test once in 10,000 seeds.
/// </summary>
public sealed class SampleDistributionTests
{
    private const int Count = 10_000;

    [Theory]
    [InlineData("ddpm small")]
    [InlineData("ddpm large")]
    [InlineData("ddim 1")]
    [InlineData("ddim 0")]
    public void Sample_CorrelatedGaussian_HasTheChainsMeanAndCovariance(string sampler)
    {
        using var scope = NewDisposeScope();
        Tensor mean = tensor(new[] { 0.5, -1.0 }), covariance = tensor(new[,] { { 1.0, 0.6 }, { 0.6, 0.5 } });
        using var data = GaussianMixtureData.Gaussian(mean, covariance);
        IVarianceSchedule schedule = new LinearSchedule(), respaced = new RespacedSchedule(schedule, TimestepSpacing.Linspace(1000, 50));
        ReverseDiffusion process = new(respaced, new ReverseDiffusionOptions
        {
            Clipping = X0Clipping.None,
            Variance = sampler == "ddpm small" ? ReverseVariance.FixedSmall : ReverseVariance.FixedLarge,
        });
        double? eta = sampler switch
        {
            "ddim 1" => 1,
            "ddim 0" => 0,
            _ => null,
        };
        var model = new ExactModel(schedule, data);
        DiffusionSampler subject = eta is null
            ? new DdpmSampler(model, process)
            : new DdimSampler(model, process, new DdimOptions { Eta = eta.Value });

        using Tensor samples = subject.Sample(new SamplingRequest
        {
            Count = Count,
            SampleShape = [2],
            Noise = new PerSampleNoise(11),
            BatchSize = Count,
            ElementType = float64,
        });

        // Along the covariance's axes the chain is a product of scalar linear chains, whose moments follow from the coefficients.
        (Tensor variances, Tensor axes) = linalg.eigh(covariance);
        Tensor projected = samples.matmul(axes), center = mean.matmul(axes);
        double chiSquared = 0;
        for (int axis = 0; axis < 2; axis++)
        {
            (double m, double v) = Chain(process, center[axis].item<double>(), variances[axis].item<double>(), eta);
            Tensor along = projected.select(1, axis);
            // √N (mean - m)/√v is standard normal: 3.89 is passed once in 10,000.
            Math.Abs((along.mean().item<double>() - m) / Math.Sqrt(v / Count)).Should().BeLessThan(3.89, "mean along axis {0}", axis);
            chiSquared += (along - m).square().sum().item<double>() / v;
        }

        // The sum of 2N squares of standard normals, itself normal with mean 2N and variance 4N.
        Math.Abs((chiSquared - 2 * Count) / Math.Sqrt(4.0 * Count)).Should().BeLessThan(3.89, "variance");
        double correlation = corrcoef(projected.t())[0, 1].item<double>();
        Math.Abs(correlation * Math.Sqrt(Count)).Should().BeLessThan(3.89, "the axes are independent");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void Chain_MoreSteps_ComesNearerToTheData(double? eta)
    {
        // The formula that the samples were tested against: the error of the variance falls about as 1/T.
        double Error(int steps)
        {
            ReverseDiffusion process = new(new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Linspace(1000, steps)),
                new ReverseDiffusionOptions { Variance = ReverseVariance.FixedSmall });
            (double mean, double variance) = Chain(process, 0.5, 1.3, eta);
            mean.Should().BeApproximately(0.5, 0.01);
            return Math.Abs(variance / 1.3 - 1);
        }

        Error(1000).Should().BeLessThan(0.02).And.BeLessThan(0.3 * Error(200));
        Error(200).Should().BeLessThan(0.3 * Error(40));
    }

    [Fact]
    public void Sample_MixtureInManySteps_PassesKolmogorovSmirnov()
    {
        using var scope = NewDisposeScope();
        using var data = new GaussianMixtureData(
            tensor(new[] { 0.3, 0.7 }), tensor(new[,] { { -1.0 }, { 0.5 } }), tensor(new[] { 0.04, 0.09 }).reshape(2, 1, 1));
        IVarianceSchedule schedule = LinearSchedule.Scaled(250);
        ReverseDiffusion process = new(schedule, new ReverseDiffusionOptions { Clipping = X0Clipping.None });
        const int Samples = 4000;
        using Tensor samples = new DdpmSampler(new ExactModel(schedule, data), process).Sample(new SamplingRequest
        {
            Count = Samples,
            SampleShape = [1],
            Noise = new PerSampleNoise(4),
            BatchSize = Samples,
            ElementType = float64,
        });

        Tensor sorted = samples.flatten().sort().Values;
        Tensor cdf = 0.3 * ((sorted + 1) / (0.2 * Math.Sqrt(2))).erf().add(1) / 2 + 0.7 * ((sorted - 0.5) / (0.3 * Math.Sqrt(2))).erf()
            .add(1) / 2;
        double distance = Math.Max((cdf - arange(Samples, float64) / Samples).max().item<double>(),
            (arange(1, Samples + 1, float64) / Samples - cdf).max().item<double>());
        // Kolmogorov's distribution passes 2.23 once in 10,000.
        (distance * Math.Sqrt(Samples)).Should().BeLessThan(2.23);
    }

    // x_{t-1} = g x_t + h + s z with x̂_0 = E[x_0 | x_t] for data N(m, v).
    private static (double Mean, double Variance) Chain(ReverseDiffusion process, double dataMean, double dataVariance, double? eta)
    {
        DiffusionCoefficients c = process.Coefficients;
        double mean = 0, variance = 1;
        for (int t = c.Timesteps - 1; t >= 0; t--)
        {
            double alphaBar = c.AlphaBars[t], previous = c.AlphaBarsPrevious[t];
            double gain = Math.Sqrt(alphaBar) * dataVariance / (alphaBar * dataVariance + 1 - alphaBar),
                offset = dataMean - gain * Math.Sqrt(alphaBar) * dataMean;
            double a, b, sigma;
            if (eta is null)
            {
                (a, b, sigma) = (c.PosteriorMeanX0Weights[t], c.PosteriorMeanXtWeights[t], process.StandardDeviation(t));
            }
            else
            {
                sigma = eta.Value * Math.Sqrt(c.PosteriorVariances[t]);
                b = Math.Sqrt(Math.Max(0, 1 - previous - sigma * sigma) / (1 - alphaBar));
                a = Math.Sqrt(previous) - b * Math.Sqrt(alphaBar);
            }

            double slope = a * gain + b;
            mean = slope * mean + a * offset;
            variance = slope * slope * variance + sigma * sigma;
        }

        return (mean, variance);
    }
}
