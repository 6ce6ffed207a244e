using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.ImageToImages;

/// <summary>Pictures drawn given degraded ones, against normal pictures whose conditional distribution is known in closed form.</summary>
public sealed class ImageToImageTests(ITestOutputHelper output)
{
    private const int Side = 4, Factor = 2, Count = 2000;

    private static readonly ReverseDiffusion Process = new(
        new LinearSchedule(), new ReverseDiffusionOptions { Clipping = X0Clipping.None, Variance = ReverseVariance.FixedSmall });

    private static ImageToImage Task => ImageToImage.SuperResolution(Factor, channels: 1);

    [Theory]
    [InlineData("dpm-solver++", 20, false)]
    [InlineData("dpm-solver++", 20, true)]
    [InlineData("ddim", 50, true)]
    [InlineData("ddpm", 50, true)]
    public void Sample_ExactModelOfNormalPictures_HasTheConditionalMeanAndCovariance(string sampler, int steps, bool consistent)
    {
        using var scope = NewDisposeScope();
        var model = new BlockMeansModel(Process.Coefficients, Task, Correlated(), Side, Factor);
        SamplerEntry entry = KnownSamplers.Find(sampler);
        Tensor small = Small(), samples = Task.Sample(
            entry.Create(model, entry.Respace(Process, steps)),
            new ImageToImageRequest
            {
                Pictures = small,
                Noise = new PerSampleNoise(3),
                SamplesPerPicture = Count,
                Consistent = consistent,
                BatchSize = 1500,
            });
        samples.shape.Should().Equal(2 * Count, 1, Side, Side);
        double block = Largest(Task.Degrade(samples) - small.repeat_interleave(Count, 0));
        (double mean, double covariance) = Errors(samples, model.Mean(small), model.Covariance);
        output.WriteLine($"{sampler}, consistent {consistent}: block {block:E1}, mean {mean:F3}, covariance {covariance:F3}");
        mean.Should().BeLessThan(0.06, "a mean of 2,000 has a deviation of at most 0.011");
        covariance.Should().BeLessThan(0.06);
        block.Should().BeLessThan(consistent ? 1e-12 : 0.2);
    }

    /// <summary>
    /// A model that knows nothing of the small picture: its samples under the hook are right where blocks and what is within them are
    /// independent (DDNM's case), and elsewhere not.
    /// </summary>
    [Fact]
    public void MeanConsistency_OfTheUnconditionalModel_IsExactForIndependentPixelsAlone()
    {
        using var scope = NewDisposeScope();
        (double Mean, double Covariance) Of(Tensor covariance)
        {
            using var data = GaussianMixtureData.Gaussian(zeros(Side * Side, dtype: float64), covariance);
            var closed = new BlockMeansModel(Process.Coefficients, Task, covariance, Side, Factor);
            Tensor small = Small();
            // The mixture's examples are vectors.
            Tensor Measure(Tensor x) => Task.Degrade(x.reshape(-1, 1, Side, Side));
            Tensor Spread(Tensor y) => nn.functional.interpolate(y, scale_factor: [Factor, Factor]).flatten(1);
            var sampler = new DdimSampler(
                new ExactModel(Process.Coefficients.Schedule, data), Process.Respace(50));
            Tensor samples = sampler.Sample(new SamplingRequest
            {
                Count = 2 * Count,
                SampleShape = [Side * Side],
                Noise = new PerSampleNoise(3),
                ElementType = float64,
                BatchSize = 1500,
                Hook = new MeanConsistency(small, Measure, Spread, Count),
            });
            Largest(Measure(samples) - small.repeat_interleave(Count, 0)).Should().BeLessThan(1e-12);
            return Errors(samples, closed.Mean(small), closed.Covariance);
        }

        (double Mean, double Covariance) independent = Of(0.25 * eye(Side * Side, dtype: float64)), correlated = Of(Correlated());
        output.WriteLine($"independent: mean {independent.Mean:F3}, covariance {independent.Covariance:F3}");
        output.WriteLine($"correlated: mean {correlated.Mean:F3}, covariance {correlated.Covariance:F3}");
        independent.Mean.Should().BeLessThan(0.06);
        independent.Covariance.Should().BeLessThan(0.06);
        (correlated.Mean + correlated.Covariance).Should().BeGreaterThan(2 * (independent.Mean + independent.Covariance));
    }

    [Fact]
    public void Project_WithALimit_IsTheNearestPictureWithTheMeans()
    {
        using var scope = NewDisposeScope();
        // Values far beyond the limit; the means of blocks from next to -1 to 1.
        Tensor x = randn(3, 1, 8, 8, generator: new Generator(1)) * 1.5;
        Tensor means = rand(3, 1, 2, 2, generator: new Generator(2)) * 2 - 1;
        means[0, 0, 0, 0] = tensor(1f);
        means[1, 0, 1, 1] = tensor(-0.999f);
        ImageToImage task = ImageToImage.SuperResolution(4, 1);
        var consistency = new MeanConsistency(means, task.Degrade, Blocks);
        Tensor projected = consistency.Project(x, 1);
        Largest(task.Degrade(projected) - means).Should().BeLessThan(2e-6);
        projected.abs().max().item<float>().Should().BeLessThanOrEqualTo(1);
        // Nearest: within a block, all pixels inside the range moved by one number, and what is at a bound would have moved beyond it.
        foreach (Tensor block in (projected - x).unfold(2, 4, 4).unfold(3, 4, 4).reshape(-1, 16).unbind()
            .Zip(projected.unfold(2, 4, 4).unfold(3, 4, 4).reshape(-1, 16).unbind(), (moved, now) => stack([moved, now])))
        {
            float[] moved = [.. block[0].data<float>()], now = [.. block[1].data<float>()];
            float[] inside = [.. moved.Where((_, i) => Math.Abs(now[i]) < 1 - 1e-6)];
            if (inside.Length == 0) continue;
            inside.Max().Should().BeApproximately(inside.Min(), 1e-5f);
            moved.Where((_, i) => now[i] >= 1 - 1e-6).All(step => step <= inside[0] + 1e-5f).Should().BeTrue();
            moved.Where((_, i) => now[i] <= -1 + 1e-6).All(step => step >= inside[0] - 1e-5f).Should().BeTrue();
        }

        Largest(consistency.Project(projected, 1) - projected).Should().BeLessThan(1e-5);
        // Without a limit, DDNM's formula.
        Largest(consistency.Project(x) - (x + Blocks(means - task.Degrade(x)))).Should().BeLessThan(1e-6);

        static Tensor Blocks(Tensor small) => nn.functional.interpolate(small, scale_factor: [4, 4]);
    }

    [Fact]
    public void Sample_Ends_LeavesNoTensorBehind()
    {
        using var small = zeros(2, 1, 2, 2, dtype: float64);
        using var kept = NewDisposeScope();
        var model = new BlockMeansModel(Process.Coefficients, Task, Correlated(), Side, Factor);
        var sampler = new DdimSampler(model, Process.Respace(5));
        ImageToImageRequest request = new()
        {
            Pictures = small,
            Noise = new PerSampleNoise(1),
            SamplesPerPicture = 2,
            Consistent = true,
            BatchSize = 3,
        };
        void Once() => Task.Sample(sampler, request).Dispose();
        Once();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 3; i++) Once();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Task.Invoking(task => task.Sample(sampler, request, null, cancelled.Token)).Should().Throw<OperationCanceledException>();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Given_SuperResolution_IsTheBicubicPictureAndTheNoise()
    {
        using var scope = NewDisposeScope();
        Task.Conditions.Should().Equal(NetworkCondition.Spatial("picture", 1), NetworkCondition.Vector("picture_noise", 1));
        ImageToImage clean = new("gray", 1, pictures => pictures.mean([1], true)) { MostNoise = 0 };
        clean.Conditions.Should().Equal(NetworkCondition.Spatial("picture", 1));
        Tensor pictures = rand(3, 3, 4, 4, generator: new Generator(1));
        clean.Given(clean.Degrade(pictures)).Should().ContainSingle().Which.Value.Equals(pictures.mean([1], true)).Should().BeTrue();

        // A single pixel becomes the kernel of Keys (1981) with a = -3/4; pixel o of the large picture lies at (o + ½)/2 - ½ of the small.
        Tensor pixel = zeros(1, 1, 8, 8);
        pixel[0, 0, 4, 4] = tensor(1f);
        Tensor enlarged = Task.Enlarge(pixel);
        enlarged.shape.Should().Equal(1, 1, 16, 16);
        for (int o = 0; o < 16; o++)
        {
            double expected = Kernel(0.25) * Kernel(Math.Abs((o + 0.5) / 2 - 0.5 - 4));
            enlarged[0, 0, 8, o].item<float>().Should().BeApproximately((float)expected, 1e-6f);
        }

        IReadOnlyDictionary<string, Tensor> given = Task.Given(pixel, tensor(new[] { 0.1f }));
        given["picture"].Equals(enlarged).Should().BeTrue();
        given["picture_noise"].shape.Should().Equal(1, 1);
        given["picture_noise"].item<float>().Should().Be(0.5f, "a share of MostNoise = 0.2");

        static double Kernel(double x) => x switch
        {
            < 1 => 1.25 * x * x * x - 2.25 * x * x + 1,
            < 2 => -0.75 * (x * x * x - 5 * x * x + 8 * x - 4),
            _ => 0,
        };
    }

    [Fact]
    public void Sample_WrongRequest_IsNamed()
    {
        using var scope = NewDisposeScope();
        var model = new BlockMeansModel(Process.Coefficients, Task, Correlated(), Side, Factor);
        var sampler = new DdimSampler(model, Process.Respace(5));
        ImageToImageRequest request = new() { Pictures = Small(), Noise = new PerSampleNoise(1) };
        void Refused(ImageToImageRequest wrong, string message) =>
            Task.Invoking(task => task.Sample(sampler, wrong)).Should().Throw<ArgumentException>().WithMessage(message);

        Refused(request with { SamplesPerPicture = 0 }, "SamplesPerPicture must be at least 1, but is 0.*");
        Refused(request with { NoiseLevel = 0.3 }, "NoiseLevel must be 0 … 0.2, what the network is trained with, but is 0.3.*");
        Tensor whole = zeros(2, 1, 2, 2, dtype: int64);
        Refused(request with { Pictures = whole }, "Pictures must hold floating-point numbers, but holds Int64.*");
        FluentActions.Invoking(() => ImageToImage.SuperResolution(1, 3)).Should().Throw<ArgumentException>()
            .WithMessage("factor must be at least 2, but is 1.*");
        Task.Invoking(task => task.Degrade(zeros(1, 1, 5, 4))).Should().Throw<ArgumentException>()
            .WithMessage("pictures must be [B, C, H, W] with sides that 2 divides, but are [1, 1, 5, 4].*");
        Task.Invoking(task => task.Given(zeros(2, 1, 2, 2), zeros(3))).Should().Throw<ArgumentException>()
            .WithMessage("noise must be [2], but is [3].*");
        ImageToImage gray = new("gray", 1, pictures => pictures.mean([1], true));
        gray.Invoking(task => task.Sample(sampler, request with { Consistent = true })).Should().Throw<ArgumentException>()
            .WithMessage("Consistent must be false for gray, which has no spread, but is true.*");
        FluentActions.Invoking(() => new MeanConsistency(zeros(1, 1, 2, 2), Task.Degrade, small => ones(1, 1, 4, 4)))
            .Should().Throw<ArgumentException>().WithMessage("measure must give the means again that spread has spread*");
        var consistency = new MeanConsistency(Small(), x => x, y => y);
        consistency.Invoking(c => c.Project(zeros(3, 1, 2, 2))).Should().Throw<ArgumentException>()
            .WithMessage("x0 must have 2 pictures, 1 for each row, but has 3.*");
    }

    // Neighbours in both directions are alike; deviations of ½.
    private static Tensor Correlated()
    {
        Tensor places = arange(Side, float64);
        Tensor line = pow(tensor(0.7, float64), (places.unsqueeze(0) - places.unsqueeze(1)).abs());
        return 0.25 * kron(line, line);
    }

    private static Tensor Small() => tensor(new[] { 0.6, -0.2, 0.1, 0.9, -0.5, -0.4, 0, 0.3 }, float64).reshape(2, 1, 2, 2);

    // The largest error of a mean and of a covariance of the two pictures' samples.
    private static (double Mean, double Covariance) Errors(Tensor samples, Tensor mean, Tensor covariance)
    {
        Tensor each = samples.reshape(2, Count, Side * Side);
        return (Largest(each.mean([1]) - mean), Largest(cov(each[0].t()) - covariance));
    }

    private static double Largest(Tensor x) => x.abs().max().to(float64).item<double>();
}
