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
        using (var warm = new UNet(NetworkCase.Quickstart, 1)) Run(warm, NetworkCase.Quickstart, 2, []);
        long alone = ResidentMemory.Now();
        ResidentMemory.ResetPeak();
        var course = new List<MemoryPoint>();
        long weights, plan, peak;
        using (var network = new UNet(options, 1))
        {
            weights = Bytes(network.parameters());
            Run(network, options, steps, course);
            peak = ResidentMemory.Peak();
            plan = PlanBytes(network);
        }

        long activations = batch * Activations.Largest(options) * (way.Options.ComputeType == ScalarType.BFloat16 ? 2 : 4);
        return new MemoryReport
        {
            Way = way.Name, Alone = alone, Weights = weights, Plan = plan, Activations = activations, Peak = peak, Course = course, AfterDispose = ResidentMemory.Now(), LiveTensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount,
        };
    }

    private void Run(UNet network, UNetOptions shape, int count, List<MemoryPoint> course)
    {
        network.eval();
        network.Inference = way.Options;
        SamplingRequest request = Samplers.Request(shape, batch) with { PreviewEvery = Math.Max(1, count / 10), Preview = state => course.Add(new MemoryPoint(state.Step, ResidentMemory.Now())) };
        Samplers.Of("ddpm", network, count).Sample(request).Dispose();
    }

    // The plan that the run made has gone with it; another of the same network holds as much.
    private long PlanBytes(UNet network)
    {
        if (!way.Options.Compile) return 0;
        var context = new PlanContext(batch, way.Options.ComputeType, InferencePaths.All);
        using UNetPlan made = network.Plan(context, new PlaneSize(options.Height, options.Width));
        return Bytes(context.Kept);
    }

    private static long Bytes(IEnumerable<Tensor> tensors) => tensors.Sum(tensor => tensor.numel() * tensor.element_size());
}
