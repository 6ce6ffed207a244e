using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Batches;

public sealed class PrefetchedBatchesTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 4)]
    public void Batch_AnyOrderOfAsking_IsThatOfTheSource(int ahead, int workers)
    {
        var source = new Source();
        using (var batches = new PrefetchedBatches(source, ahead, workers))
        {
            foreach (long number in new long[] { 0, 1, 2, 3, 10, 11, 4, 5, 5, 1000, 0 })
            {
                using TrainingBatch batch = batches.Batch(number);
                batch.X0.item<float>().Should().Be(number);
            }
        }

        source.Made.Should().NotBeEmpty().And.OnlyContain(batch => batch.X0.IsInvalid, "what was read ahead for nothing is freed");
    }

    [Fact]
    public void Batch_Asked_HasTheNextOnesReadMeanwhile()
    {
        var source = new Source();
        using var batches = new PrefetchedBatches(source, ahead: 3);
        batches.Batch(0).Dispose();
        SpinWait.SpinUntil(() => source.Made.Count == 4, TimeSpan.FromSeconds(30)).Should().BeTrue("0 … 3 are read");
        batches.Batch(1).Dispose();
        SpinWait.SpinUntil(() => source.Made.Count == 5, TimeSpan.FromSeconds(30)).Should().BeTrue("and then 4");
        source.Threads.Should().NotContain(Environment.CurrentManagedThreadId);
    }

    [Fact]
    public void Pinned_NoCudaDevice_IsRefused()
    {
        if (TorchRuntime.IsCudaAvailable()) return;
        Func<PrefetchedBatches> make = () => new PrefetchedBatches(new Source()) { Pinned = true };
        make.Should().Throw<ArgumentException>().WithMessage("Pinned is true, but no CUDA device can be used here.*");
        using var batches = new PrefetchedBatches(new Source()) { Pinned = false };
        batches.Pinned.Should().BeFalse();
    }

    [Fact]
    public void Batch_NeverDisposed_IsFreedWhenItIsCollected()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = Tensor.TotalCount;
        for (int i = 0; i < 4; i++) Forget();
        bool freed = SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return Tensor.TotalCount <= before;
            },
            TimeSpan.FromSeconds(30));
        freed.Should().BeTrue($"{Tensor.TotalCount - before} tensors are left");
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Forget()
    {
        var source = new Source();
        new PrefetchedBatches(source, ahead: 3, workers: 2).Batch(0).Dispose();
        SpinWait.SpinUntil(() => source.Made.Count == 4, TimeSpan.FromSeconds(30)).Should().BeTrue("0 … 3 are read");
    }

    [Fact]
    public void Batch_SourceFails_IsThrownWhereItIsAskedForAndTriedAgain()
    {
        var source = new Source { FailsAt = 2 };
        using var batches = new PrefetchedBatches(source, ahead: 4);
        batches.Batch(0).Dispose();
        batches.Batch(1).Dispose();
        FluentActions.Invoking(() => batches.Batch(2)).Should().Throw<InvalidDataException>().WithMessage("no batch 2");
        source.FailsAt = null;
        using TrainingBatch batch = batches.Batch(2);
        batch.X0.item<float>().Should().Be(2);
    }

    [Fact]
    public async Task Dispose_BatchStillBeingReadForNothing_WaitsForItAndFreesIt()
    {
        using var gate = new ManualResetEventSlim();
        var source = new Source { WaitsAt = 1, Gate = gate };
        Task opened;
        using (var batches = new PrefetchedBatches(source, ahead: 1, workers: 2))
        {
            batches.Batch(0).Dispose();
            batches.Batch(1000).Dispose();
            opened = Task.Run(async () =>
            {
                await Task.Delay(200);
                gate.Set();
            });
        }

        source.Made.Should().HaveCount(4, "0, 1, 1000 and 1001").And.OnlyContain(batch => batch.X0.IsInvalid);
        await opened;
    }

    [Fact]
    public void Dispose_ThenBatch_IsRefused()
    {
        var batches = new PrefetchedBatches(new Source());
        batches.Dispose();
        batches.Dispose();
        FluentActions.Invoking(() => batches.Batch(0)).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => new PrefetchedBatches(new Source(), ahead: 0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Run_Prefetched_IsBitForBitTheRunWithout()
    {
        using var data = new InMemoryDataset(randn(10, 3, generator: new Generator(1)));
        float[] Train(bool prefetch)
        {
            using var network = new Mlp(new MlpOptions { Dimensions = 3, Width = 8, Blocks = 1 }, 1);
            using Trainer trainer = Trainer.Create(
                network,
                new ReverseDiffusion(new LinearSchedule(50, 1e-3, 0.2)),
                new TrainingOptions { WarmupSteps = 0, Accumulation = 2 });
            var source = new ShuffledBatches(data, 4, 1);
            using var ahead = new PrefetchedBatches(source, 3, 2);
            trainer.Run(source, 3);
            // Mid-epoch, on the other source: they are one to the trainer.
            trainer.Run(prefetch ? ahead : source, 20);
            return network.parameters().First().data<float>().ToArray();
        }

        Train(true).Should().Equal(Train(false));
    }

    private sealed class Source : IBatchSource
    {
        public List<TrainingBatch> Made { get; } = [];

        public HashSet<int> Threads { get; } = [];

        public long? FailsAt { get; set; }

        public long? WaitsAt { get; init; }

        public ManualResetEventSlim? Gate { get; init; }

        public int BatchSize => 1;

        public TrainingBatch Batch(long number)
        {
            if (number == FailsAt) throw new InvalidDataException($"no batch {number}");
            if (number == WaitsAt) Gate!.Wait();
            var batch = new TrainingBatch(tensor(new[] { (float)number }));
            lock (Made)
            {
                Made.Add(batch);
                Threads.Add(Environment.CurrentManagedThreadId);
            }

            return batch;
        }
    }
}
