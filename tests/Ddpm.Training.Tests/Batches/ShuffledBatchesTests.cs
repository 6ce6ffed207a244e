using Ddpm.Data;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Batches;

public sealed class ShuffledBatchesTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(25)]
    public void Batch_AllOfAnEpoch_ShowsEveryImageOnce(int batchSize)
    {
        using ImageDataset dataset = Numbered(10);
        var batches = new ShuffledBatches(dataset, batchSize, 1);
        int[] seen = [.. Enumerable.Range(0, 20).SelectMany(number => Values(batches, number))];

        for (int epoch = 0; epoch < 20 * batchSize / 10; epoch++)
        {
            seen.Skip(10 * epoch).Take(10).Order().Should().Equal(Enumerable.Range(0, 10));
        }

        seen.Take(10).Should().NotEqual(seen.Skip(10).Take(10), "epochs have orders of their own");
    }

    [Fact]
    public void Batch_AnyOrderOfAsking_IsAFunctionOfSeedAndNumber()
    {
        using ImageDataset dataset = Numbered(10);
        int[] late = Values(new ShuffledBatches(dataset, 4, 1), 7);
        var other = new ShuffledBatches(dataset, 4, 1);
        for (int i = 0; i < 7; i++) Values(other, i);

        Values(other, 7).Should().Equal(late);
        Values(other, 0).Should().Equal(Values(new ShuffledBatches(dataset, 4, 1), 0));
        Enumerable.Range(0, 5).SelectMany(i => Values(new ShuffledBatches(dataset, 4, 2), i))
            .Should().NotEqual(Enumerable.Range(0, 5).SelectMany(i => Values(other, i)));
    }

    [Fact]
    public void Batch_Values_AreScaledToMinusOneToOne()
    {
        using var dataset = new ImageDataset(tensor(new byte[] { 0, 255, 51 }, uint8).reshape(1, 1, 1, 3));
        using TrainingBatch made = new ShuffledBatches(dataset, 1, 1).Batch(0);
        Tensor batch = made.X0;
        batch.dtype.Should().Be(float32);
        batch.data<float>().ToArray().Should().Equal(-1f, 1f, 51 / 127.5f - 1);
    }

    [Fact]
    public void Batch_Flip_MirrorsAboutHalfOfTheImages()
    {
        using var dataset = new ImageDataset(tensor(new byte[] { 0, 255 }, uint8).reshape(1, 1, 1, 2));
        using TrainingBatch made = new ShuffledBatches(dataset, 400, 1, flip: true).Batch(0);
        Tensor batch = made.X0;
        int flipped = (int)batch.select(3, 0).gt(0).sum().item<long>();
        // Five standard deviations of a binomial of 400 at ½.
        flipped.Should().BeInRange(150, 250);
        batch.sum(3).abs().max().item<float>().Should().Be(0, "each image keeps its pixels");
    }

    [Fact]
    public void Constructor_BadInput_Throws()
    {
        using Tensor floats = zeros(1, 1, 2, 2), flat = zeros([2, 2], uint8), none = zeros([0, 1, 2, 2], uint8);
        FluentActions.Invoking(() => new ImageDataset(floats)).Should().Throw<ArgumentException>().WithMessage("*uint8*");
        FluentActions.Invoking(() => new ImageDataset(flat)).Should().Throw<ArgumentException>().WithMessage("*[N, C, H, W]*");
        FluentActions.Invoking(() => new ImageDataset(none)).Should().Throw<ArgumentException>().WithMessage("*at least one image*");
        using ImageDataset good = Numbered(2);
        FluentActions.Invoking(() => new ShuffledBatches(good, 0, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => good.Images([2])).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static ImageDataset Numbered(int count)
    {
        using Tensor pixels = arange(count, dtype: uint8).reshape(count, 1, 1, 1);
        return new ImageDataset(pixels);
    }

    private static int[] Values(ShuffledBatches batches, long number)
    {
        using TrainingBatch batch = batches.Batch(number);
        return [.. batch.X0.data<float>().ToArray().Select(value => (int)Math.Round((value + 1) * 127.5))];
    }
}
