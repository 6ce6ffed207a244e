using Ddpm.Core;
using Ddpm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>One sampling run whose memory is watched, alone in its process.</summary>
internal sealed class MemoryCase(UNetOptions options, InferenceWay way, int batch, int steps)
{
    /// <summary>Runs it.</summary>
    public MemoryReport Measure()
    {
        // libtorch's own code and pools are there before the network is.
        using (UNet warm = Network(NetworkCase.Quickstart)) Run(warm, 2, []);
        long alone = ResidentMemory.AfterCollection();
        var course = new List<MemoryPoint>();
        long weights, plan, peak;
        using (UNet network = Network(options))
        {
            weights = Bytes(network.parameters());
            ResidentMemory.ResetPeak();
            Run(network, steps, course);
            peak = ResidentMemory.Peak();
            plan = PlanBytes(network);
        }

        return new MemoryReport
        {
            Way = way.Name,
            Alone = alone,
            Weights = weights,
            Plan = plan,
            Activations = ActivationBytes,
            Peak = peak,
            Course = course,
            AfterDispose = ResidentMemory.AfterCollection(),
            LiveTensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount,
        };
    }

    private long ActivationBytes => batch * Activations.Largest(options) * sizeof(float);

    // Weights that are drawn in place, as a file is loaded: the ordinary way to draw them leaves arrays behind.
    private static UNet Network(UNetOptions shape)
    {
        var network = new UNet(shape, 0, Initialization.Uninitialized);
        using var noGradient = no_grad();
        foreach (Tensor weight in network.parameters()) weight.normal_(0, 0.02);
        network.eval();
        return network;
    }

    private void Run(UNet network, int count, List<MemoryPoint> course)
    {
        network.Inference = way.Options;
        SamplingRequest request = Samplers.Request(network.Options, batch) with
        {
            PreviewEvery = Math.Max(1, count / 10),
            Preview = state => course.Add(new MemoryPoint(state.Step, ResidentMemory.WithoutGarbage())),
        };
        Samplers.Of("ddpm", network, count).Sample(request).Dispose();
    }

    // The plan that the run made has gone with it; another of the same network holds as much.
    private long PlanBytes(UNet network)
    {
        if (!way.Options.Compile) return 0;
        using var team = new WorkerTeam(get_num_threads());
        using Plan plan = new NetworkCase(options, batch, 1).Plan(network, way.Options.Weights, team);
        // It holds the features too, which have a column of their own.
        return (sizeof(float) * plan.Floats) - ActivationBytes;
    }

    private static long Bytes(IEnumerable<Tensor> tensors) => tensors.Sum(tensor => tensor.numel() * tensor.element_size());
}
