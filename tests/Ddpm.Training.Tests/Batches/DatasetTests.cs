using Ddpm.Data;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Batches;

public sealed class DatasetTests
{
    [Fact]
    public void Images_WithLabels_GoIntoBatchesTogether()
    {
        using Tensor pixels = arange(6, dtype: uint8).reshape(6, 1, 1, 1), labels = tensor(new byte[] { 0, 1, 2, 0, 1, 2 });
        using var data = new ImageDataset(pixels, labels, 4);
        data.ClassCount.Should().Be(4);
        using Tensor? classes = data.ImageLabels();
        classes!.data<long>().ToArray().Should().Equal(0, 1, 2, 0, 1, 2);
        using TrainingBatch batch = new ShuffledBatches(data, 12, 1).Batch(0);
        float[] values = batch.X0.data<float>().ToArray();
        for (int i = 0; i < 12; i++) batch.Labels![i].Should().Be((long)Math.Round((values[i] + 1) * 127.5) % 3);
    }

    [Fact]
    public void Labels_ThatDoNotFit_AreNamed()
    {
        using Tensor pixels = zeros([2, 1, 1, 1], uint8);
        using Tensor three = tensor(new long[] { 0, 1, 2 });
        using Tensor high = tensor(new long[] { 0, 5 });
        using Tensor negative = tensor(new long[] { 0, -1 });
        using Tensor floats = zeros(2);
        FluentActions.Invoking(() => new ImageDataset(pixels, three))
            .Should().Throw<ArgumentException>().WithMessage("labels must be whole numbers [2]*[3]*");
        FluentActions.Invoking(() => new ImageDataset(pixels, floats))
            .Should().Throw<ArgumentException>().WithMessage("labels must be whole numbers [2]*Float32*");
        FluentActions.Invoking(() => new ImageDataset(pixels, high, 3))
            .Should().Throw<ArgumentException>().WithMessage("labels must be 0 … 2, but that of example 1 is 5*");
        FluentActions.Invoking(() => new ImageDataset(pixels, negative))
            .Should().Throw<ArgumentException>().WithMessage("labels must be 0 … 0, but that of example 1 is -1*");
        FluentActions.Invoking(() => new ImageDataset(pixels, null, 3))
            .Should().Throw<ArgumentException>().WithMessage("classCount must be null*");
    }

    [Fact]
    public void Identity_ChangesWithContentsAndLabels()
    {
        string Of(byte pixel, long? label)
        {
            using Tensor pixels = tensor(new byte[] { pixel, 2 }).reshape(2, 1, 1, 1);
            using Tensor? labels = label is { } value ? tensor(new[] { value, 0L }) : null;
            using var data = new ImageDataset(pixels, labels, label is null ? null : 3);
            return data.Identity;
        }

        Of(1, 1).Should().Be(Of(1, 1)).And.StartWith("2 images [1, 1, 1] of 3 classes, sha256 ");
        new[] { Of(1, 1), Of(2, 1), Of(1, 2), Of(1, null) }.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Tensors_OfAnyShape_AreGivenAsTheyAre()
    {
        using Tensor signals = randn(5, 2, 7, generator: new Generator(1), dtype: float64);
        using var data = new InMemoryDataset(signals);
        data.Shape.Should().Equal(2, 7);
        var one = new float[14];
        data.Read(3, one).Should().Be(-1);
        one.Should().Equal(signals[3].to(float32).contiguous().data<float>().ToArray());
        using InMemoryDataset rows = InMemoryDataset.From([new[] { 1f, 2f, 3f }, [4f, 5f, 6f]], [1, 0]);
        using InMemoryDataset tensors = InMemoryDataset.From([tensor(new[] { 1f, 2f, 3f }), tensor(new[] { 4f, 5f, 6f })], [1, 0]);
        rows.Read(1, one.AsSpan(0, 3)).Should().Be(0);
        one[..3].Should().Equal(4, 5, 6);
        tensors.Identity.Should().Be(rows.Identity);
        FluentActions.Invoking(() => data.Read(5, one)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*0 … 4*");
        FluentActions.Invoking(() => new ShuffledBatches(data, 2, 1, flip: true))
            .Should().Throw<ArgumentException>().WithMessage("flip must be false*[2, 7]*");
    }

    [Fact]
    public void Tensors_OfTorchsOwnDataset_AreRead()
    {
        using var source = new Squares();
        using InMemoryDataset data = InMemoryDataset.From(source, "square", "class");
        var one = new float[2];
        data.Read(3, one).Should().Be(1);
        one.Should().Equal(3, 9);
        data.Count.Should().Be(4);
        FluentActions.Invoking(() => InMemoryDataset.From(source))
            .Should().Throw<ArgumentException>().WithMessage("source must have data in every entry, but entry 0 has square, class*");
    }

    [Fact]
    public void Tensors_ThatCannotBeTrainedOn_AreRefused()
    {
        using Tensor holes = tensor(new[] { 1f, float.NaN, float.PositiveInfinity, 2f }).reshape(2, 2);
        using Tensor whole = zeros([2, 2], int64);
        using Tensor flat = zeros(3);
        FluentActions.Invoking(() => new InMemoryDataset(holes))
            .Should().Throw<ArgumentException>().WithMessage("examples must be finite, but 2 of 4*");
        FluentActions.Invoking(() => new InMemoryDataset(whole)).Should().Throw<ArgumentException>().WithMessage("*floating-point*Int64*");
        FluentActions.Invoking(() => new InMemoryDataset(flat)).Should().Throw<ArgumentException>().WithMessage("*[N, …]*[3]*");
        FluentActions.Invoking(() => InMemoryDataset.From(Array.Empty<float[]>()))
            .Should().Throw<ArgumentException>().WithMessage("*at least one example*");
        FluentActions.Invoking(() => InMemoryDataset.From([new[] { 1f }, [1f, 2f]]))
            .Should().Throw<ArgumentException>().WithMessage("*first has [1] and example 1 has [2]*");
    }

    [Fact]
    public void Batches_Flip_IsAFunctionOfSeedAndPlace()
    {
        using Tensor pixels = arange(60, dtype: uint8).reshape(5, 1, 3, 4);
        using var data = new ImageDataset(pixels);
        float[] Values(long seed)
        {
            using TrainingBatch batch = new ShuffledBatches(data, 50, seed, flip: true).Batch(2);
            return batch.X0.data<float>().ToArray();
        }

        float[] values = Values(1);
        values.Should().Equal(Values(1));
        for (int row = 0; row < values.Length; row += 4)
        {
            // Rows stay together, in one direction or the other.
            double difference = (values[row + 1] - values[row]) * 127.5;
            Math.Abs(difference).Should().BeApproximately(1, 1e-4);
            for (int i = 1; i < 4; i++) ((values[row + i] - values[row + i - 1]) * 127.5).Should().BeApproximately(difference, 1e-4);
            if (row % 12 != 0)
            {
                (values[row + 1] > values[row]).Should()
                    .Be(values[row / 12 * 12 + 1] > values[row / 12 * 12], "an image is mirrored as a whole");
            }
        }
    }

    private sealed class Squares : utils.data.Dataset
    {
        public override long Count => 4;

        public override Dictionary<string, Tensor> GetTensor(long index) =>
            new() { ["square"] = tensor(new[] { (double)index, index * index }), ["class"] = tensor(index % 2) };
    }
}
