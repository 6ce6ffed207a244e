using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Distributed;

/// <summary>What the ranks read together is the batch that one process reads.</summary>
public sealed class RankBatchesTests
{
    [Theory]
    [InlineData("shuffled", 2)]
    [InlineData("shuffled", 3)]
    [InlineData("prefetched", 3)]
    [InlineData("masked", 2)]
    [InlineData("own", 6)]
    public void Batch_OfAllRanks_IsTheWholeBatch(string kind, int size)
    {
        using var dataset = new ImageDataset(arange(7 * 12, dtype: int64).mul(5).remainder(251).to(uint8).reshape(7, 1, 3, 4), arange(7));
        IBatchSource Source()
        {
            var shuffled = new ShuffledBatches(dataset, batchSize: 6, seed: 3, flip: true);
            return kind switch
            {
                "prefetched" => new PrefetchedBatches(shuffled),
                // A mask that depends on all of the batch: to be right it must see it.
                "masked" => new MaskedBatches(shuffled, batch => batch.X0.ge(batch.X0.mean()).to(float32)),
                "own" => new Own(shuffled),
                _ => shuffled,
            };
        }

        IBatchSource whole = Source();
        IBatchSource[] parts = ThreadRanks.Run(size, ranks => RankBatches.Of(Source(), ranks));
        foreach (IBatchSource part in parts) (part.BatchSize, part.Identity).Should().Be((6 / size, whole.Identity));
        foreach (long number in new long[] { 0, 1, 2, 7 })
        {
            using TrainingBatch expected = whole.Batch(number);
            TrainingBatch[] read = [.. parts.Select(part => part.Batch(number))];
            using (Tensor together = cat([.. read.Select(batch => batch.X0)])) together.Equals(expected.X0).Should().BeTrue();
            read.SelectMany(batch => batch.Labels!).Should().Equal(expected.Labels!);
            if (expected.Mask is { } mask)
            {
                using Tensor together = cat([.. read.Select(batch => batch.Mask!)]);
                together.Equals(mask).Should().BeTrue();
            }

            foreach (TrainingBatch batch in read) batch.Dispose();
        }

        foreach (IBatchSource source in parts.Append(whole)) (source as IDisposable)?.Dispose();
    }

    [Fact]
    public void Part_OfShuffledBatches_ReadsNoOtherExample()
    {
        var dataset = new Counting();
        using TrainingBatch part = new ShuffledBatches(dataset, batchSize: 100, seed: 1).Part(3, 40, 5);
        dataset.Reads.Should().Be(5);
        part.X0.size(0).Should().Be(5);
    }

    [Fact]
    public void Part_OutOfRange_IsRefused()
    {
        var batches = new ShuffledBatches(new Counting(), batchSize: 10, seed: 1);
        batches.Invoking(b => b.Part(0, 8, 3))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("count must be 1 … 2 for a batch of 10 from example 8, but is 3.*");
        batches.Invoking(b => b.Part(0, -1, 3)).Should().Throw<ArgumentOutOfRangeException>();
        using TrainingBatch batch = batches.Batch(0);
        batch.Invoking(b => b.Part(8, 3))
            .Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("first + count must be at most 10, the number of examples, but is 11.*");
    }

    [Fact]
    public void Of_BatchThatRanksCannotShare_IsRefused()
    {
        var batches = new ShuffledBatches(new Counting(), batchSize: 10, seed: 1);
        FluentActions.Invoking(() => ThreadRanks.Run(4, ranks => RankBatches.Of(batches, ranks))).Should().Throw<AggregateException>()
            .WithInnerException<ArgumentException>()
            .WithMessage("batches must be of a size that 4 ranks can share equally, but are of 10.*");
        RankBatches.Of(batches, SingleProcess.Instance).Should().BeSameAs(batches);
    }

    private sealed class Own(IBatchSource source) : IBatchSource
    {
        public int BatchSize => source.BatchSize;

        public TrainingBatch Batch(long number) => source.Batch(number);
    }

    private sealed class Counting : IDataset
    {
        public int Reads { get; private set; }

        public int Count => 200;

        public IReadOnlyList<long> Shape => [2];

        public int ClassCount => 0;

        public long Read(long index, Span<float> destination)
        {
            Reads++;
            destination.Fill(index);
            return -1;
        }
    }
}
