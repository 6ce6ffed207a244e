using Ddpm.Core;
using Ddpm.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Features;

public sealed class DatasetBatchesTests
{
    [Theory]
    [InlineData(1, 0, 23)]
    [InlineData(7, 3, 20)]
    [InlineData(64, 22, 1)]
    public void Images_OfADataSet_AreItsBytes(int batchSize, int first, int count)
    {
        using Tensor bytes = randint(256, [23, 3, 4, 5], uint8, generator: new Generator(1));
        using var data = new ImageDataset(bytes);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var batches = DatasetBatches.Images(data, batchSize, first, count).ToList();

        batches.Select(batch => batch.size(0))
            .Should().OnlyContain(size => size <= batchSize).And.HaveCount((count + batchSize - 1) / batchSize);
        using (Tensor joined = cat(batches), expected = bytes.narrow(0, first, count)) joined.Equals(expected).Should().BeTrue();
        batches.ForEach(batch => batch.Dispose());
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Images_OfASampler_AreItsSamplesAsBytes()
    {
        var sampler = new DdpmSampler(new Nothing(), new ReverseDiffusion(new LinearSchedule(5, 1e-3, 0.5)));
        var request = new SamplingRequest { Count = 5, SampleShape = [1, 4, 4], BatchSize = 2, Noise = new PerSampleNoise(3) };
        using FeatureStatistics drawn = FeatureExtraction.Statistics(new PixelFeatures(), DatasetBatches.Images(sampler.Batches(request)));

        using Tensor samples = sampler.Sample(request), bytes = Imaging.PixelConversion.ToBytes(samples),
            features = new PixelFeatures().Extract(bytes);
        using FeatureStatistics expected = FeatureStatistics.Of(features);
        drawn.Count.Should().Be(5);
        drawn.Mean.sub(expected.Mean).abs().max().item<double>().Should().BeLessThan(1e-12);
    }

    [Fact]
    public void Images_BadInput_IsNamedAtOnce()
    {
        using var vectors = new InMemoryDataset(zeros(4, 3));
        using var images = new ImageDataset(zeros([4, 1, 2, 2], uint8));
        FluentActions.Invoking(() => DatasetBatches.Images(vectors)).Should().Throw<ArgumentException>()
            .WithMessage("data must hold images [1, H, W] or [3, H, W], but holds [3]*");
        FluentActions.Invoking(() => DatasetBatches.Images(images, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => DatasetBatches.Images(images, 1, 4)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("first must be 0 … 3, but is 4*");
        FluentActions.Invoking(() => DatasetBatches.Images(images, 1, 1, 4)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("count must be 1 … 3*but is 4*");
    }

    private sealed class Nothing : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t) => zeros_like(xt);
    }
}
