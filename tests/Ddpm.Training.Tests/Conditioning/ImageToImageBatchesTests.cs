using Ddpm.Core;
using Ddpm.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Conditioning;

public sealed class ImageToImageBatchesTests
{
    [Fact]
    public void Batch_SuperResolution_HasSmallPicturesWithNoiseOfTheStatedDeviation()
    {
        using var scope = NewDisposeScope();
        // Small pictures of 32×32 of one gray: what differs is the noise.
        using var data = new ImageDataset(full([20, 1, 64, 64], 51L, uint8));
        // Enlarged by repetition, so that the noise can be read off.
        var task = new ImageToImage(
            "halves", 1, x => nn.functional.avg_pool2d(x, 2), y => nn.functional.interpolate(y, scale_factor: [2, 2]))
        {
            MostNoise = 0.5,
        };
        var batches = new ImageToImageBatches(new ShuffledBatches(data, 20, 1), task, seed: 7);
        using TrainingBatch batch = batches.Batch(3);
        batch.Conditions.Keys.Should().BeEquivalentTo("picture", "picture_noise");
        Tensor noise = nn.functional.avg_pool2d(batch.Conditions["picture"], 2) - (51 / 127.5f - 1);
        float[] levels = [.. (batch.Conditions["picture_noise"] * 0.5).data<float>()]; // shares of MostNoise
        levels.Should().OnlyContain(level => level >= 0 && level <= 0.5f).And.OnlyHaveUniqueItems();
        levels.Average().Should().BeInRange(0.25f - 4 * 0.0323f, 0.25f + 4 * 0.0323f); // 0.5/√(12 · 20)
        // 1,024 numbers each: a deviation is within four of its errors, 1/√2048.
        float[] deviations = [.. noise.flatten(1).std(1, unbiased: true).data<float>()];
        deviations.Zip(levels).Should().OnlyContain(pair => Math.Abs(pair.First / pair.Second - 1) < 4 / Math.Sqrt(2048));
        Largest(noise[0] / levels[0] - noise[1] / levels[1]).Should().BeGreaterThan(1, "each has noise of its own");
    }

    [Fact]
    public void Batch_AskedAgain_HasTheSameBitsAndAnotherNumberOthers()
    {
        using var pixels = randint(256, [8, 3, 8, 8], uint8, generator: new Generator(1));
        using var labels = arange(8, int64);
        using var data = new ImageDataset(pixels, labels, 8);
        ImageToImageBatches Of(long seed) => new(new ShuffledBatches(data, 4, 1), ImageToImage.SuperResolution(4, 3), seed);
        using TrainingBatch first = Of(1).Batch(5), again = Of(1).Batch(5), next = Of(1).Batch(7), other = Of(2).Batch(5);
        using TrainingBatch part = ((IBatchSource)Of(1)).Part(5, 1, 2);
        foreach (string name in new[] { "picture", "picture_noise" })
        {
            Tensor value = first.Conditions[name];
            value.Equals(again.Conditions[name]).Should().BeTrue();
            value.Equals(next.Conditions[name]).Should().BeFalse();
            value.Equals(other.Conditions[name]).Should().BeFalse();
            using Tensor some = value.narrow(0, 1, 2);
            some.Equals(part.Conditions[name]).Should().BeTrue();
        }

        first.Conditions["picture"].shape.Should().Equal(4, 3, 8, 8);
        first.Labels.Should().Equal(again.Labels).And.HaveCount(4);
        Of(1).Identity.Should().NotBe(Of(2).Identity).And.EndWith("super-resolution by 4 with noise up to 0.2, seed 1");
        ImageToImage clean = new("gray", 1, x => x.mean([1], true)) { MostNoise = 0 };
        using TrainingBatch gray = new ImageToImageBatches(new ShuffledBatches(data, 4, 1), clean, 1).Batch(0);
        using Tensor expected = gray.X0.mean([1], true);
        gray.Conditions.Should().ContainSingle().Which.Value.Equals(expected).Should().BeTrue();
    }

    [Fact]
    public void Batch_Disposed_LeavesNoTensorBehind()
    {
        using var pixels = zeros([4, 1, 8, 8], uint8);
        using var data = new ImageDataset(pixels);
        var batches = new ImageToImageBatches(new ShuffledBatches(data, 4, 1), ImageToImage.SuperResolution(2, 1), 1);
        batches.Batch(0).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        batches.Batch(1).Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static double Largest(Tensor x) => x.abs().max().item<float>();
}
