using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.RealData;

public sealed class FashionMnistTests
{
    private const int Count = 256;

    [FashionMnistFact]
    [Trait("Category", "Slow")]
    public void Measures_TestImagesSamplesAndNoise_AreInThatOrder()
    {
        using var scope = NewDisposeScope();
        using ImageDataset train = IdxFile.Images(FashionMnistFactAttribute.FilePath("train-images-idx3-ubyte.gz")),
            test = IdxFile.Images(FashionMnistFactAttribute.FilePath("t10k-images-idx3-ubyte.gz"));
        train.Count.Should().Be(60_000);
        test.Count.Should().Be(10_000);
        var pixels = new PixelFeatures();
        Tensor real = FeatureExtraction.Features(pixels, DatasetBatches.Images(train, 256, 0, Count)),
            heldOut = FeatureExtraction.Features(pixels, DatasetBatches.Images(test, 256, 0, Count));
        Tensor samples = pixels.Extract(Samples(train));
        Tensor noise = pixels.Extract(randint(256, [Count, 1, 28, 28], uint8, generator: new Generator(1)));

        EvaluationReport[] reports = [.. new[] { heldOut, samples, noise }
            .Select(set => SampleReport.Compute("Fashion-MNIST", real, set, "pixels"))];
        double[] Of(string name) => [.. reports.Select(report => report.Metrics.Single(metric => metric.Name == name).Value)];
        string table = string.Join("\n", reports.Select(report => report.ToTable()));
        double[] frechet = Of("frechet_distance");
        frechet.Should().BeInAscendingOrder(table);
        Of("kernel_distance").Should().BeInAscendingOrder(table);
        Of("coverage").Should().BeInDescendingOrder(table);
        // The order must not be a near thing: a minute of training is far from noise, and not yet as good as held-out images.
        frechet[2].Should().BeGreaterThan(3 * frechet[1], table);
        frechet[1].Should().BeGreaterThan(1.2 * frechet[0], table);
    }

    // A quarter of a minute of training, 20 steps of sampling.
    private static Tensor Samples(ImageDataset train)
    {
        using var network = new UNet(new UNetOptions
        {
            Height = 28,
            Width = 28,
            InChannels = 1,
            OutChannels = 1,
            BaseChannels = 16,
            ChannelMultipliers = [1, 2, 2],
            BlocksPerLevel = 1,
            AttentionResolutions = [],
            NormGroups = 8,
            Dropout = 0,
        }, seed: 1);
        using var trainer = Trainer.Create(network, new ReverseDiffusion(new LinearSchedule()),
            new TrainingOptions { LearningRate = 3e-3, WarmupSteps = 20, Decay = LearningRateDecay.Cosine(200), Seed = 1 });
        trainer.Run(new ShuffledBatches(train, 32, 1), 200);
        using IDisposable averaged = trainer.Ema.SwapIn();
        network.eval();
        var sampler = new DdpmSampler(
            network, new ReverseDiffusion(new RespacedSchedule(new LinearSchedule(), TimestepSpacing.Trailing(1000, 20))));
        return cat(DatasetBatches.Images(sampler.Batches(
            new SamplingRequest { Count = Count, BatchSize = 128, SampleShape = train.Shape, Noise = new PerSampleNoise(3) })).ToList());
    }
}
