using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Distributed;

public sealed class CommunicatorTests
{
    [Theory]
    [InlineData(10, 3)]
    [InlineData(2, 3)]
    [InlineData(0, 2)]
    public void Share_AnyCount_IsAPartitionInOrderOfNearlyEqualStretches(int count, int worldSize)
    {
        (int First, int End)[] shares = ThreadRanks.Run(worldSize, ranks => ranks.Share(count));

        shares.SelectMany(share => Enumerable.Range(share.First, share.End - share.First)).Should().Equal(Enumerable.Range(0, count));
        int[] sizes = [.. shares.Select(share => share.End - share.First)];
        (sizes.Max() - sizes.Min()).Should().BeLessThanOrEqualTo(1);
    }

    [Fact]
    public void SingleProcess_EveryCollective_LeavesThingsAsTheyAre()
    {
        SingleProcess one = SingleProcess.Instance;
        using Tensor tensor = arange(5, dtype: float32), before = tensor.clone();
        one.SumInPlace(tensor);
        one.AverageInPlace(tensor);
        one.BroadcastInPlace(tensor);
        one.Barrier();
        one.Fail(new IOException());
        one.Dispose();
        tensor.Equals(before).Should().BeTrue();
        (one.Rank, one.WorldSize, one.LocalRank).Should().Be((0, 1, 0));
        one.AllGather("word").Should().Equal("word");
        one.AllGather([1.5, 2.5]).Should().ContainSingle().Which.Should().Equal(1.5, 2.5);
        one.Any(true).Should().BeTrue();
        one.Any(false).Should().BeFalse();
        using Tensor rows = one.ConcatenateRows(before);
        rows.Equals(before).Should().BeTrue();
    }

    [Fact]
    public void Collectives_WrongArguments_AreRefused()
    {
        SingleProcess one = SingleProcess.Instance;
        using Tensor bytes = zeros(3, uint8), whole = zeros(3, int64), number = zeros([], float32);
        one.Invoking(c => c.SumInPlace(bytes)).Should().Throw<ArgumentException>()
            .WithMessage("tensor must hold Float32, Float64 or Int64 to be summed over ranks, but holds Byte.*");
        one.Invoking(c => c.AverageInPlace(whole)).Should().Throw<ArgumentException>()
            .WithMessage("tensor must hold Float32 or Float64 to be averaged over ranks, but holds Int64.*");
        one.Invoking(c => c.BroadcastInPlace(bytes, 1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("root must be a rank 0 … 0, but is 1.*");
        one.Invoking(c => c.ConcatenateRows(number)).Should().Throw<ArgumentException>().WithMessage("rows must have a first axis*");
    }

    [Fact]
    public void OnFirstRank_Succeeds_RunsOnceBeforeAnyGoesOn()
    {
        int runs = 0;
        int[] seen = ThreadRanks.Run(3, ranks =>
        {
            ranks.OnFirstRank(() =>
            {
                Thread.Sleep(50);
                runs++;
            });
            return runs;
        });
        seen.Should().AllBeEquivalentTo(1);
    }

    [Fact]
    public void OnFirstRank_Fails_FailsOnAll()
    {
        string[] messages = ThreadRanks.Run(3, ranks =>
        {
            Exception thrown = ranks.Invoking(c => c.OnFirstRank(() => throw new IOException("no space left")))
                .Should().Throw<Exception>().Which;
            return $"{thrown.GetType().Name}: {thrown.Message}";
        });
        messages.Should().Equal("IOException: no space left", "DistributedException: Rank 0 failed: IOException: no space left",
            "DistributedException: Rank 0 failed: IOException: no space left");
    }

    [Fact]
    public void Together_Fails_TellsTheRanksAndThrows()
    {
        var listener = new Listener();
        var error = new IOException("gone");
        FluentActions.Invoking(() => listener.Together<int>(() => throw error))
            .Should().Throw<IOException>().Which.Should().BeSameAs(error);
        listener.Reason.Should().BeSameAs(error);
        new Listener().Together(() => 5).Should().Be(5);
    }

    [Fact]
    public void Any_OneRank_IsTrueOnAll()
    {
        ThreadRanks.Run(3, ranks => ranks.Any(ranks.Rank == 1)).Should().Equal(true, true, true);
        ThreadRanks.Run(3, ranks => ranks.Any(false)).Should().Equal(false, false, false);
    }

    [Fact]
    public void ConcatenateRows_SomeRanksWithout_AreInOrder()
    {
        float[][] all = ThreadRanks.Run(3, ranks =>
        {
            using var scope = NewDisposeScope();
            return ranks.ConcatenateRows(ranks.Rank == 1 ? zeros(0, 2) : full([2, 2], ranks.Rank, dtype: float32)).data<float>().ToArray();
        });
        all.Should().AllBeEquivalentTo(new float[] { 0, 0, 0, 0, 2, 2, 2, 2 }, options => options.WithStrictOrdering());
    }

    [Fact]
    public void Gpu_MoreRanksThanGpus_IsRefused()
    {
        CommunicatorExtensions.Gpu(1, 2).index.Should().Be(1);
        FluentActions.Invoking(() => CommunicatorExtensions.Gpu(2, 2)).Should().Throw<DistributedException>()
            .WithMessage("*this machine has 2, and this is its rank 2 *");
    }

    [Fact]
    public void Collectives_OfOneProcess_LeaveNoTensor()
    {
        using Tensor rows = zeros(3, 2);
        DisposeScopeManager.Statistics.Reset();
        SingleProcess.Instance.ConcatenateRows(rows).Dispose();
        SingleProcess.Instance.Any(true);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(0);
    }

    private sealed class Listener : ICommunicator
    {
        public Exception? Reason { get; private set; }

        public int Rank => 0;

        public int WorldSize => 1;

        public int LocalRank => 0;

        public void SumInPlace(Tensor tensor) => throw new NotSupportedException();

        public void AverageInPlace(Tensor tensor) => throw new NotSupportedException();

        public void BroadcastInPlace(Tensor tensor, int root = 0) => throw new NotSupportedException();

        public byte[][] AllGather(ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

        public void Barrier() => throw new NotSupportedException();

        public void Fail(Exception reason) => Reason = reason;

        public void Dispose()
        {
        }
    }
}
