using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.RealData;

[Collection(PublishedSamplesGroup.Name)]
public sealed class FashionMnistTests(PublishedSamples published)
{
    // Of each set as many: measures of so few pictures depend on how many they are.
    private const int Count = PublishedSamples.Count, NoisyStep = 100;

    [FashionMnistFact]
    [Trait("Category", "Slow")]
    public void Measures_TestImagesNoisyOnesAndNoise_AreInThatOrderAndSamplesAreNearTheFirst()
    {
        using var scope = NewDisposeScope();
        using ImageDataset train = IdxFile.Images(FashionMnistFactAttribute.FilePath("train-images-idx3-ubyte.gz")),
            test = IdxFile.Images(FashionMnistFactAttribute.FilePath("t10k-images-idx3-ubyte.gz"));
        train.Count.Should().Be(60_000);
        test.Count.Should().Be(10_000);
        var pixels = new PixelFeatures();
        Tensor real = FeatureExtraction.Features(pixels, DatasetBatches.Images(train, 256, 0, Count)),
            heldOut = FeatureExtraction.Features(pixels, DatasetBatches.Images(test, 256, 0, Count));
        Tensor samples = pixels.Extract(published.Images), noisy = pixels.Extract(Noisy(test));
        Tensor noise = pixels.Extract(randint(256, [Count, 1, 28, 28], uint8, generator: new Generator(1)));

        EvaluationReport[] reports = [.. new[] { heldOut, noisy, noise, samples }
            .Select(set => SampleReport.Compute("Fashion-MNIST", real, set, "pixels"))];
        string table = string.Join("\n", reports.Select(report => report.ToTable()));
        double[] Of(string name) => [.. reports.Select(report => report.Metrics.Single(metric => metric.Name == name).Value)];
        double[] frechet = Of("frechet_distance"), kernel = Of("kernel_distance"), coverage = Of("coverage");
        frechet.Take(3).Should().BeInAscendingOrder(table);
        kernel.Take(3).Should().BeInAscendingOrder(table);
        coverage.Take(3).Should().BeInDescendingOrder(table);
        // The order must not be a near thing, and samples no near thing to noisy images.
        frechet[2].Should().BeGreaterThan(3 * frechet[1], table);
        frechet[1].Should().BeGreaterThan(1.2 * Math.Max(frechet[0], frechet[3]), table);
        coverage[3].Should().BeGreaterThan(coverage[1], table);
    }

    // Other test images under a little of the noise of training.
    private static Tensor Noisy(ImageDataset test)
    {
        var forward = new ForwardDiffusion(new LinearSchedule());
        using Tensor images = test.Images([.. Enumerable.Range(Count, Count).Select(k => (long)k)]);
        using Tensor x0 = PixelConversion.FromBytes(images), eps = randn(x0.shape, generator: new Generator(1));
        using Tensor xt = forward.Sample(x0, NoisyStep, eps);
        return PixelConversion.ToBytes(xt);
    }
}
