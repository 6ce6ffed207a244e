using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference.Native;

/// <summary>A native plan of what a test adds to it, without a network around.</summary>
internal static class OneLayer
{
    /// <summary>What the layers make of x.</summary>
    /// <param name="x">Float32, [B, C, H, W].</param>
    /// <param name="lanes">The vectors' width.</param>
    /// <param name="threads">How many threads share the work.</param>
    /// <param name="layers">Adds them, to what x becomes.</param>
    public static Tensor Apply(Tensor x, int lanes, int threads, Func<NativePlanBuilder, Feature, Feature> layers)
    {
        using var scope = NewDisposeScope();
        using var team = new WorkerTeam(threads);
        using var builder = NativePlanBuilder.Create(lanes, (int)x.size(0), threads, 256);
        Feature source = builder.Read((int)x.size(1), new PlaneSize(x.size(2), x.size(3)), center: false);
        // Every plan has a time embedding; nobody asks for this one.
        (Tensor, Tensor) dense = (zeros(2, 2), zeros(2));
        builder.BeginTime(ones(1), 2, false, dense, dense, null);
        builder.Time(zeros(2, 2), zeros(2), null, scalesAndShifts: false);
        using NativePlan plan = builder.Build(layers(builder, source), team);
        return plan.Predict(x, zeros(x.size(0)), null).MoveToOuterDisposeScope();
    }
}
