using Ddpm.Core;
using Ddpm.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Anomalies;

/// <summary>
/// Against the closed form: with normal data every reverse step is linear, so that means and variances follow by recursion.
/// </summary>
public sealed class AnomalyDetectorTests
{
    private const int Pixels = 6;
    private static readonly ReverseDiffusion Process = new(
        new LinearSchedule(20, 0.01, 0.4),
        new ReverseDiffusionOptions { Clipping = X0Clipping.None, Variance = ReverseVariance.FixedSmall });

    [Theory]
    [InlineData(0.05, 1)] // one step: x̂_0 is E[x_0 | x_t]
    [InlineData(0.5, 1)]
    [InlineData(0.5, 3)]
    [InlineData(1.0, 2)]
    public void Detect_NormalData_HasTheErrorOfTheClosedForm(double strength, int repetitions)
    {
        using var scope = NewDisposeScope();
        Tensor factor = randn([Pixels, Pixels], float64, generator: new Generator(3)) * 0.5, covariance = factor.matmul(factor.t());
        Tensor mean = linspace(-0.5, 0.5, Pixels, float64), picture = linspace(1, -1.5, Pixels, float64);
        using var data = GaussianMixtureData.Gaussian(mean.reshape(1, 2, 3), covariance);
        const int copies = 1500;
        Tensor pictures = picture.reshape(1, 1, 2, 3).repeat(copies, 1, 1, 1);
        using AnomalyMaps maps = Detector(data, new PerSampleNoise(1), strength, repetitions).Detect(pictures);

        // Along each axis of the covariance by itself; then back to pixels.
        (Tensor variances, Tensor axes) = linalg.eigh(covariance);
        double[] lambda = variances.data<double>().ToArray();
        double[] m = axes.t().matmul(mean).data<double>().ToArray(), x0 = axes.t().matmul(picture).data<double>().ToArray();
        (double Mean, double Variance)[] end =
            [.. Enumerable.Range(0, Pixels).Select(i => Reconstruction(x0[i], m[i], lambda[i], strength))];
        Tensor bias = picture - axes.matmul(tensor(end.Select(axis => axis.Mean).ToArray()));
        Tensor spread = axes.square().matmul(tensor(end.Select(axis => axis.Variance / repetitions).ToArray()));
        Tensor expected = bias.square() + spread;

        Tensor measured = maps.Heat.mean([0]).flatten();
        // The variance of (b + √v z)² is 4b²v + 2v².
        Tensor error = ((4 * bias.square() * spread + 2 * spread.square()) / copies).sqrt();
        (measured.sub(expected).abs() / error).max().item<double>().Should().BeLessThan(5);
        maps.MeanErrors.Average().Should().BeApproximately(measured.mean().item<double>(), 1e-12);
    }

    [Fact]
    public void Detect_StructuredNoise_HasTheErrorOfTheClosedFormAtEachPixel()
    {
        // Data N(m, λC) under noise N(0, C): the exact prediction is that of N(m, λI), and each pixel's variance is that of white noise.
        const double mean = 0.2, lambda = 0.4, strength = 0.5;
        const int copies = 1500;
        using var scope = NewDisposeScope();
        using var data = GaussianMixtureData.Gaussian(full([1, 2, 3], mean, float64), eye(Pixels, dtype: float64) * lambda);
        Tensor picture = linspace(1, -1.5, Pixels, float64);
        var noise = new OctaveNoise(4, octaves: 3);
        using AnomalyMaps maps = Detector(data, noise, strength, 2).Detect(picture.reshape(1, 1, 2, 3).repeat(copies, 1, 1, 1));

        double[] x0 = picture.data<double>().ToArray(), measured = maps.Heat.mean([0]).data<double>().ToArray();
        for (int pixel = 0; pixel < Pixels; pixel++)
        {
            (double end, double variance) = Reconstruction(x0[pixel], mean, lambda, strength);
            double bias = x0[pixel] - end, spread = variance / 2;
            double error = Math.Sqrt((4 * bias * bias * spread + 2 * spread * spread) / copies);
            measured[pixel].Should().BeApproximately(bias * bias + spread, 5 * error);
        }

        Tensor flat = maps.Reconstructions.reshape(copies, Pixels), centred = flat - flat.mean([0]);
        double neighbours = (centred.select(1, 0) * centred.select(1, 1)).mean().item<double>();
        double own = centred.select(1, 0).square().mean().item<double>();
        (neighbours / own).Should().BeApproximately(noise.Autocovariance(0, 1), 0.05);
    }

    [Fact]
    public void Detect_PictureAlone_IsTheSameAsInABatch()
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Standard();
        AnomalyDetector detector = Detector(data, new PerSampleNoise(1), 0.4, 2);
        Tensor pictures = randn([3, 1, 2, 3], float64, generator: new Generator(1));
        using AnomalyMaps together = detector.Detect(pictures), alone = detector.Detect(pictures.narrow(0, 2, 1), firstPicture: 2);
        alone.Peaks[0].Should().Be(together.Peaks[2]);
        alone.Reconstructions[0].Equals(together.Reconstructions[2]).Should().BeTrue();

        // A first repetition is that of one.
        using AnomalyMaps once = Detector(data, new PerSampleNoise(1), 0.4, 1).Detect(pictures);
        using Tensor reconstruction = new DdpmSampler(new ExactModel(Process.Coefficients.Schedule, data), Process)
            .Reconstruct(pictures, 0.4, new PerSampleNoise(1));
        once.Reconstructions.Equals(reconstruction).Should().BeTrue();
    }

    [Fact]
    public void Detect_Cancelled_FreesEverything()
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Standard();
        AnomalyDetector detector = Detector(data, new PerSampleNoise(1), 1.0, 3);
        Tensor pictures = zeros(2, 1, 2, 3);
        using var stop = new CancellationTokenSource();
        var seen = new List<SamplingProgress>();
        var progress = new Relay<SamplingProgress>(at =>
        {
            seen.Add(at);
            if (at.StepsDone == 25) stop.Cancel();
        });
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        detector.Invoking(d => d.Detect(pictures, progress: progress, cancellationToken: stop.Token)).Should()
            .Throw<OperationCanceledException>();
        seen.Should().HaveCount(25).And.OnlyContain(at => at.StepsTotal == 60, "three repetitions of 20 steps");
        detector.Detect(pictures).Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Theory]
    [InlineData(0.0, 1, 1.0, "Strength must be above 0 and at most 1, but is 0*")]
    [InlineData(1.1, 1, 1.0, "Strength must be above 0 and at most 1, but is 1.1*")]
    [InlineData(0.5, 0, 1.0, "Repetitions must be 1 … 65536, but is 0*")]
    [InlineData(0.5, 1, -1.0, "Smoothing must be finite and at least 0, but is -1*")]
    public void Create_OptionOutOfRange_IsNamed(double strength, int repetitions, double smoothing, string message)
    {
        using GaussianMixtureData data = Standard();
        var options = new AnomalyDetectorOptions { Strength = strength, Repetitions = repetitions, Smoothing = smoothing };
        var sampler = new DdpmSampler(new ExactModel(Process.Coefficients.Schedule, data), Process);
        FluentActions.Invoking(() => new AnomalyDetector(sampler, new PerSampleNoise(1), options)).Should()
            .Throw<ArgumentOutOfRangeException>().WithMessage(message);
    }

    [Fact]
    public void Detect_WrongNumberOrShape_IsNamed()
    {
        using var scope = NewDisposeScope();
        using GaussianMixtureData data = Standard();
        AnomalyDetector detector = Detector(data, new PerSampleNoise(1), 0.5, 1);
        Tensor pictures = zeros(2, 1, 2, 3);
        detector.Invoking(d => d.Detect(pictures, firstPicture: -1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("firstPicture must be 0 … 4294967294, but is -1*");
        detector.Invoking(d => d.Detect(pictures.to(uint8))).Should().Throw<ArgumentException>()
            .WithMessage("pictures must be floating-point [N, C, H, W] with at least one, but are Byte*");
    }

    private static GaussianMixtureData Standard()
    {
        using var scope = NewDisposeScope();
        return GaussianMixtureData.Gaussian(zeros([1, 2, 3], float64), eye(Pixels, dtype: float64));
    }

    private static AnomalyDetector Detector(DataDistribution data, INoiseSource noise, double strength, int repetitions) => new(
        new DdpmSampler(new ExactModel(Process.Coefficients.Schedule, data), Process),
        noise,
        new AnomalyDetectorOptions { Strength = strength, Repetitions = repetitions, Smoothing = 0 });

    // Mean and variance of x̂_0 given x_0 along an axis, where the data are N(m, λ): x_{t-1} = w_0 x̂_0(x_t) + w_t x_t + σ_t z.
    private static (double Mean, double Variance) Reconstruction(double x0, double m, double lambda, double strength)
    {
        DiffusionCoefficients table = Process.Coefficients;
        int first = (int)Math.Round(strength * table.Timesteps) - 1;
        double mean = Math.Sqrt(table.AlphaBars[first]) * x0, variance = 1 - table.AlphaBars[first];
        for (int t = first; t >= 0; t--)
        {
            double alphaBar = table.AlphaBars[t], root = Math.Sqrt(alphaBar), gain = root * lambda / (alphaBar * lambda + 1 - alphaBar);
            double ofX0 = table.PosteriorMeanX0Weights[t], ofXt = table.PosteriorMeanXtWeights[t];
            mean = ofX0 * (m + gain * (mean - root * m)) + ofXt * mean;
            variance = Math.Pow(ofX0 * gain + ofXt, 2) * variance + (t == 0 ? 0 : table.PosteriorVariances[t]);
        }

        return (mean, variance);
    }
}
