using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference;

public sealed class BatchPartsTests
{
    [Theory]
    [InlineData(64, 1e8, 2, 2)]
    [InlineData(16, 1e8, 2, 2)]
    [InlineData(64, 1e8, 4, 4)]
    [InlineData(64, 1e8, 6, 4)] // equal parts
    [InlineData(64, 1e8, 16, 8)] // of 8 images at least
    [InlineData(17, 1e8, 2, 1)]
    [InlineData(14, 1e8, 2, 1)]
    [InlineData(64, 1e10, 2, 1)] // large networks fill the threads
    [InlineData(64, 1e8, 1, 1)]
    public void Count_BatchAndThreads_IsOfEqualPartsThatPay(long batch, double work, int threads, int expected) =>
        BatchParts.Count(batch, work, threads).Should().Be(OpenMpThreads.IsAvailable ? expected : 1);

    [Fact]
    public void Run_Parts_AreJoinedInOrderOnThreadsOfOneThreadEach()
    {
        if (!OpenMpThreads.IsAvailable) return;
        int before = OpenMpThreads.Current;
        using var parts = new BatchParts(3);
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var threads = new int[3];
        var ids = new int[3];
        for (int repeat = 0; repeat < 20; repeat++)
        {
            using Tensor joined = parts.Run(part =>
            {
                threads[part] = OpenMpThreads.Current;
                ids[part] = Environment.CurrentManagedThreadId;
                return full([2], (long)part, int64).DetachFromDisposeScope();
            });
            joined.data<long>().ToArray().Should().Equal(0, 0, 1, 1, 2, 2);
        }

        threads.Should().Equal(1, 1, 1);
        ids.Should().OnlyHaveUniqueItems();
        OpenMpThreads.Current.Should().Be(before, "the caller's setting is put back");
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Run_PartThatFails_ThrowsWhenAllHaveEndedAndGoesOn(int failing)
    {
        if (!OpenMpThreads.IsAvailable) return;
        using var parts = new BatchParts(2);
        int ended = 0;
        Tensor One(int part)
        {
            try
            {
                return part == failing ? throw new InvalidOperationException($"part {part}") : zeros(1).DetachFromDisposeScope();
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        }

        FluentActions.Invoking(() => parts.Run(One)).Should().Throw<InvalidOperationException>().WithMessage($"part {failing}");
        ended.Should().Be(2);
        using Tensor joined = parts.Run(part => full([1], (long)part, int64).DetachFromDisposeScope());
        joined.data<long>().ToArray().Should().Equal(0, 1);
    }
}
