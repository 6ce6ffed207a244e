using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

/// <summary>
/// Samples given part of jointly normal data, an AR(1) series of which the middle is missing, against the closed form: by a model that is
/// given the known part, and by RePaint, whose model is not.
/// </summary>
public sealed class ConditionalGaussianTests(ITestOutputHelper output)
{
    private const int Count = 4000, Length = 8;

    [Theory]
    [InlineData("dpm-solver++", 20)]
    [InlineData("ddim", 50)]
    [InlineData("ddpm", 200)]
    public void Sample_GivenTheKnownPart_HasTheConditionalMeanAndCovariance(string sampler, int steps)
    {
        using var scope = NewDisposeScope();
        var coefficients = new DiffusionCoefficients(new LinearSchedule());
        var model = new ConditionalGaussianModel(coefficients, zeros(Length, float64), Covariance());
        var process = new ReverseDiffusion(
            new LinearSchedule(), new ReverseDiffusionOptions { Clipping = X0Clipping.None, Variance = ReverseVariance.FixedSmall });
        SamplerEntry entry = KnownSamplers.Find(sampler);
        ReverseDiffusion respaced = entry.Respace(process, steps);
        // The exact model is asked at the timesteps of the whole schedule.
        Tensor samples = entry.Create(model, respaced).Sample(new SamplingRequest
        {
            Count = Count,
            SampleShape = [1, Length],
            Noise = new PerSampleNoise(3),
            BatchSize = Count,
            Conditions = new Dictionary<string, Tensor>
            {
                ["observed"] = (Known() * Mask()).expand(Count, 1, Length).to(float32),
                ["mask"] = Mask().expand(Count, 1, Length).to(float32),
            },
        }).squeeze(1).to(float64);

        (double mean, double covariance) = Errors(samples, model);
        output.WriteLine($"{sampler}: mean {mean:F3}, covariance {covariance:F3}");
        mean.Should().BeLessThan(0.06, "the deviation of a mean of 4,000 is 0.016 at most");
        covariance.Should().BeLessThan(sampler == "ddpm" ? 0.08 : 0.06);
    }

    /// <summary>
    /// RePaint is an approximation: more steps and resamplings bring it nearer, and its error is what docs/gaps.md states.
    /// </summary>
    [Fact]
    public void Inpaint_WithTheUnconditionalModel_IsNearTheConditionalDistributionButNotAtIt()
    {
        using var scope = NewDisposeScope();
        using var data = GaussianMixtureData.Gaussian(zeros(1, Length, float64).squeeze(0), Covariance());
        var schedule = new LinearSchedule();
        var process = new ReverseDiffusion(
            schedule, new ReverseDiffusionOptions { Clipping = X0Clipping.None, Variance = ReverseVariance.FixedSmall });
        var closed = new ConditionalGaussianModel(process.Coefficients, zeros(Length, float64), Covariance());
        (double Mean, double Covariance) Of(int jump, int resamples)
        {
            var sampler = new InpaintingSampler(
                new ExactModel(schedule, data), process.Respace(50), new InpaintingOptions { JumpLength = jump, Resamples = resamples });
            using Tensor samples = sampler.Inpaint(
                Known().expand(Count, Length).to(float32), Mask().to(ScalarType.Bool), new PerSampleNoise(3));
            return Errors(samples.to(float64), closed);
        }

        (double Mean, double Covariance) once = Of(1, 1), often = Of(5, 10);
        output.WriteLine($"RePaint: mean {once.Mean:F3}, covariance {once.Covariance:F3}");
        output.WriteLine($"RePaint, resampled: mean {often.Mean:F3}, covariance {often.Covariance:F3}");
        often.Mean.Should().BeLessThan(once.Mean / 2);
        once.Mean.Should().BeGreaterThan(0.2, "without resampling the known part hardly reaches the rest");
    }

    // The largest difference of a mean and of a covariance among the missing elements.
    private static (double Mean, double Covariance) Errors(Tensor samples, ConditionalGaussianModel closed)
    {
        (Tensor mean, Tensor covariance) = closed.Given(Known().reshape(1, Length), Mask());
        return ((samples.mean([0]) - mean[0]).abs().max().item<double>(), (cov(samples.t()) - covariance).abs().max().item<double>());
    }

    private static Tensor Covariance()
    {
        Tensor places = arange(Length, float64);
        return pow(tensor(0.9, float64), (places.unsqueeze(0) - places.unsqueeze(1)).abs());
    }

    // Far from the mean on both sides of the gap, so that ignoring either shows.
    private static Tensor Known() => tensor(new[] { 1.5, 2, 0, 0, 0, 0, -1, -1.5 });

    private static Tensor Mask() => tensor(new double[] { 1, 1, 0, 0, 0, 0, 1, 1 });
}
