using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Noise;

public sealed class OctaveNoiseTests
{
    private const int Height = 5, Width = 6;

    private static NoiseRequest Request(int step, params long[] samples) =>
        new() { SampleIndices = samples, Step = step, Shape = [samples.Length, 2, Height, Width] };

    [Fact]
    public void Draw_OneOctave_IsTheWhiteNoiseOfTheSeed()
    {
        using Tensor one = new OctaveNoise(3, octaves: 1).Draw(Request(2, 0, 7));
        using Tensor white = new PerSampleNoise(3).Draw(Request(2, 0, 7));
        one.Equals(white).Should().BeTrue();
    }

    [Fact]
    public void Autocovariance_TwoOctaves_IsTheHandValue()
    {
        // Amplitudes ∝ 0.5 and 1: variances 0.2 of white noise and 0.8 of windows of 2.
        var noise = new OctaveNoise(0, octaves: 2, persistence: 0.5);
        noise.Autocovariance(0, 0).Should().BeApproximately(1, 1e-15);
        noise.Autocovariance(0, -1).Should().BeApproximately(0.4, 1e-15);
        noise.Autocovariance(1, 1).Should().BeApproximately(0.2, 1e-15);
        noise.Autocovariance(2, 0).Should().Be(0);
        noise.Autocovariance(1).Should().BeApproximately(0.4, 1e-15, "a signal has one axis");
    }

    [Theory]
    [InlineData(3, 0.8)]
    [InlineData(5, 1.0)]
    public void Draw_ManySamples_HaveMean0Variance1AndTheStatedAutocovariance(int octaves, double persistence)
    {
        const int samples = 20_000, pixels = Height * Width;
        using var scope = NewDisposeScope();
        var noise = new OctaveNoise(5, octaves, persistence);
        long[] indices = [.. Enumerable.Range(0, samples).Select(i => (long)i)];
        Tensor drawn = noise.Draw(Request(0, indices) with { ElementType = ScalarType.Float64 }).reshape(samples, 2 * pixels);
        Tensor covariance = drawn.t().matmul(drawn) / samples;
        Tensor expected = zeros(2 * pixels, 2 * pixels, float64);
        for (int i = 0; i < pixels; i++)
        {
            for (int j = 0; j < pixels; j++)
            {
                // Channels are independent.
                double value = noise.Autocovariance(i / Width - j / Width, i % Width - j % Width);
                expected[i, j] = expected[pixels + i, pixels + j] = value;
            }
        }

        // The standard error of a covariance is √((1 + ρ²)/N) ≤ 0.01, that of a mean 0.007; the largest of 1,830 lies below 5 of them.
        drawn.mean([0]).abs().max().item<double>().Should().BeLessThan(0.036);
        covariance.sub(expected).abs().max().item<double>().Should().BeLessThan(0.05);
        // Fourth moments of normal numbers are 3; those of a mixture of windows that were drawn at random would be more.
        drawn.pow(4).mean().item<double>().Should().BeApproximately(3, 0.1);
        linalg.eigvalsh(expected).min().item<double>().Should().BePositive("white noise is part of it");
    }

    [Fact]
    public void Sample_OfDataWithTheNoisesCovariance_HasTheCovarianceOfTheClosedForm()
    {
        // Data N(m, λC) under noise N(0, C): the best prediction is that of data N(m, λI) under white noise, and all covariances keep C.
        const double mean = 0.5, lambda = 0.3;
        const int samples = 4000, pixels = 6;
        using var scope = NewDisposeScope();
        var process = new ReverseDiffusion(
            new LinearSchedule(20, 0.01, 0.5),
            new ReverseDiffusionOptions { Clipping = X0Clipping.None, Variance = ReverseVariance.FixedSmall });
        using var data = GaussianMixtureData.Gaussian(full([1, 2, 3], mean, float64), eye(pixels, dtype: float64) * lambda);
        var sampler = new DdpmSampler(new ExactModel(process.Coefficients.Schedule, data), process);
        var noise = new OctaveNoise(7, octaves: 3);
        Tensor drawn = sampler.Sample(
            new SamplingRequest { Count = samples, SampleShape = [1, 2, 3], Noise = noise, ElementType = float64, BatchSize = samples });

        DiffusionCoefficients table = process.Coefficients;
        double variance = 1;
        for (int t = table.Timesteps - 1; t >= 0; t--)
        {
            double alphaBar = table.AlphaBars[t], gain = Math.Sqrt(alphaBar) * lambda / (alphaBar * lambda + 1 - alphaBar);
            double factor = table.PosteriorMeanX0Weights[t] * gain + table.PosteriorMeanXtWeights[t];
            variance = factor * factor * variance + (t == 0 ? 0 : table.PosteriorVariances[t]);
        }

        Tensor centred = drawn.reshape(samples, pixels) - drawn.mean([0]).flatten();
        Tensor covariance = centred.t().matmul(centred) / (samples - 1) / variance;
        Tensor expected = tensor([.. from i in Enumerable.Range(0, pixels)
                                     from j in Enumerable.Range(0, pixels)
                                     select noise.Autocovariance(i / 3 - j / 3, i % 3 - j % 3)]).reshape(pixels, pixels);
        // Five standard errors of a covariance, √(2/N).
        covariance.sub(expected).abs().max().item<double>().Should().BeLessThan(0.11);
        covariance.sub(eye(pixels, dtype: float64)).abs().max().item<double>().Should().BeGreaterThan(0.4, "it is not white");
    }

    [Fact]
    public void Draw_Signals_AreCorrelatedAlongTheirAxis()
    {
        const int samples = 8000;
        using var scope = NewDisposeScope();
        var noise = new OctaveNoise(1, octaves: 4);
        long[] indices = [.. Enumerable.Range(0, samples).Select(i => (long)i)];
        Tensor drawn = noise.Draw(new NoiseRequest { SampleIndices = indices, Step = 3, Shape = [samples, 1, 12] });
        for (int shift = 0; shift < 12; shift += 3)
        {
            double measured = (drawn.narrow(2, 0, 12 - shift) * drawn.narrow(2, shift, 12 - shift)).mean().item<float>();
            measured.Should().BeApproximately(noise.Autocovariance(shift), 0.05);
        }
    }

    [Fact]
    public void Create_OrDraw_OutOfRange_IsNamed()
    {
        FluentActions.Invoking(() => new OctaveNoise(0, octaves: 13)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("octaves must be 1 … 12, but is 13*");
        FluentActions.Invoking(() => new OctaveNoise(0, persistence: 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("persistence must be positive and finite, but is 0*");
        FluentActions.Invoking(() => new OctaveNoise(0).Draw(new NoiseRequest { SampleIndices = [0], Step = 0, Shape = [1, 4] })).Should()
            .Throw<ArgumentException>()
            .WithMessage("Shape must have a channel axis and axes of pixels, such as [B, C, H, W], but is [1, 4]*");
        FluentActions.Invoking(() => new OctaveNoise(0).Draw(new NoiseRequest { SampleIndices = [0], Step = 0, Shape = [2, 1, 4] }))
            .Should().Throw<ArgumentException>().WithMessage("Shape must begin with the number of samples, 1, but is [2, 1, 4]*");
    }
}
