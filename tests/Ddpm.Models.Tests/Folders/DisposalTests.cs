using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Folders;

/// <summary>What was disposed is free at once, and what was forgotten is when it is collected.</summary>
public sealed class DisposalTests : IDisposable
{
    private const long Megabyte = 1 << 20;
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(4, 1e-3, 0.5));

    private static readonly UNetOptions Options = new()
    {
        Height = 4,
        Width = 4,
        InChannels = 1,
        OutChannels = 1,
        BaseChannels = 64,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [],
    };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-disposal-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Load_SampleDispose_ThirtyTimes_StaysFlat()
    {
        Save();
        for (int turn = 0; turn < 5; turn++) Turn();
        Collect();
        (long tensors, long floats, long resident) = (Tensors(), AlignedMemory.LiveFloats, Resident());
        long weights = UNet.CountParameters(Options) * sizeof(float);

        for (int turn = 0; turn < 30; turn++) Turn();

        (Tensors() - tensors).Should().Be(0);
        (AlignedMemory.LiveFloats - floats).Should().Be(0);
        weights.Should().BeGreaterThan(5 * Megabyte);
        (Resident() - resident).Should().BeLessThan(5 * weights, "thirty models would hold six times as much");
    }

    [Fact]
    public void Trajectories_NeverDisposed_AreFinalised()
    {
        using var network = new UNet(Options, seed: 1);
        network.eval();
        int threads = get_num_threads();
        set_num_threads(3);
        try
        {
            // Networks of earlier tests may be on their way to the finaliser, and their threads to their end.
            Collect(() => Workers() == 0);
            (long tensors, long floats, int workers) = (Tensor.TotalCount, AlignedMemory.LiveFloats, Workers());
            Forget(network);
            Workers().Should().BeGreaterThan(workers);
            Collect(() => Workers() == workers);
            Workers().Should().Be(workers);
            Tensor.TotalCount.Should().Be(tensors);
            AlignedMemory.LiveFloats.Should().Be(floats);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static void Collect(Func<bool>? until = null)
    {
        // An iterator, then what it holds, then what that holds.
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // Threads that were told to end are a moment on their way.
        if (until is not null) SpinWait.SpinUntil(until, TimeSpan.FromSeconds(10));
    }

    // In a method of its own, so that nothing refers to the enumerators afterwards.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Forget(UNet network)
    {
        for (int i = 0; i < 8; i++)
        {
            IEnumerator<SamplingState> states = new DdpmSampler(network, Process).Steps(Request).GetEnumerator();
            for (int state = 0; state < 3; state++) states.MoveNext().Should().BeTrue();
            IEnumerator<SampleBatch> batches = new DdpmSampler(network, Process).Batches(Request).GetEnumerator();
            batches.MoveNext().Should().BeTrue();
        }
    }

    private static SamplingRequest Request => new() { Count = 2, BatchSize = 1, SampleShape = [1, 4, 4], Noise = new PerSampleNoise(1) };

    // Tensor.TotalCount never falls below the parameters that were ever made.
    private static long Tensors() => TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    // Linux knows the names of threads; one that ends between the listing and the reading is none of them any more.
    private static int Workers() => Directory.GetDirectories("/proc/self/task")
        .Count(task => ThreadName(task).StartsWith("Ddpm worker", StringComparison.Ordinal));

    private static string ThreadName(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static long Resident()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private void Turn()
    {
        using TrainedModel model = ModelFolder.Load(folder.FullName);
        using Tensor samples = new DdpmSampler(model.Network, model.Process).Sample(Request);
    }

    private void Save()
    {
        using var network = new UNet(Options, seed: 1);
        ModelFolder.Save(folder.FullName, network, Process);
    }
}
