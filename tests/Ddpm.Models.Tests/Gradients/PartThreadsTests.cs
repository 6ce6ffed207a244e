using System.Runtime.CompilerServices;
using Ddpm.Models.Tests.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Gradients;

/// <summary>The threads that compute the parts of a batch.</summary>
public sealed class PartThreadsTests
{
    [Fact]
    public async Task Release_AfterAnAction_FreesWhatTheThreadMade()
    {
        using var thread = new PartThread();
        Tensor? made = null;
        await thread.Begin(() => made = zeros(3));
        made!.IsInvalid.Should().BeFalse();
        thread.Release();
        long left = -1;
        await thread.Begin(() => left = DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        made.IsInvalid.Should().BeTrue();
        left.Should().Be(0);
    }

    [Fact]
    public void Lost_AfterAnAction_EndsItsThread()
    {
        Thread thread = Lost();
        for (int i = 0; i < 100 && thread.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            thread.Join(100);
        }

        thread.IsAlive.Should().BeFalse();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Thread Lost()
        {
            Thread own = null!;
            var lost = new PartThread();
            lost.Begin(() => own = Thread.CurrentThread).Wait();
            lost.Release();
            return own;
        }
    }

    [Fact]
    public void Run_WherePartsFail_WaitsForAllAndThrowsWhatOneThrew()
    {
        using var scope = NewDisposeScope();
        using var network = new UNet(LoudNetworks.Small with { Height = 8, AttentionResolutions = [] });
        network.train();
        using var threads = new PartThreads(2, 2);
        IReadOnlyList<GradientPart> parts = Parts(network);
        int ended = 0;
        Action run = () => threads.Run<int>(parts, part =>
        {
            Thread.Sleep(part == parts[0] ? 0 : 100);
            Interlocked.Increment(ref ended);
            throw new InvalidOperationException("lost");
        });
        run.Should().Throw<InvalidOperationException>().WithMessage("lost");
        ended.Should().Be(2);
        threads.Run(parts, part => part == parts[0] ? "a" : "b").Should().Equal("a", "b");
    }

    private static IReadOnlyList<GradientPart> Parts(UNet network)
    {
        var operations = new TorchOperations(network.Graph, network.Layers, new Dropout(0));
        using var program = new GradientProgram(
            network.Graph, GradientLayers.Of(network.Graph, operations)!, network.Layers, new Dropout(0));
        return new GradientCall(program, [zeros(3, 2, 8, 16)], zeros([3], int64), null, new Dropout(0)).Parts;
    }
}
