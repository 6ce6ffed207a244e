using System.Diagnostics;
using Ddpm.Core;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A network for the length of a run: a <see cref="Plan"/> for the shape that is asked for, made at the first prediction and made anew when
/// the shape or the network's weights change. For one thread.
/// </summary>
internal sealed class CompiledNetwork(
    DescribedNetwork network, NetworkInput input, PlanOptions options, ILogger logger)
    : RunNetwork(network)
{
    private readonly NetworkGraph graph = network.Graph;
    private readonly ModuleWeights weights = new(network);
    private readonly WeightVersions versions = new(network);
    private Plan? plan;
    private WorkerTeam? team;
    private (long Batch, PlaneSize Size) shape;

    public override Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions)
    {
        input.Check(xt, t);
        if (xt.dtype != ScalarType.Float32 || xt.device_type != TorchSharp.DeviceType.CPU) return Network.Predict(xt, t, conditions);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor? rows = input.LabelRows(conditions.Labels, xt);
        Tensor[] tensors = Array.ConvertAll(input.Tensors(conditions, xt), value => value.contiguous());
        Plan ready = Prepare(xt);
        Give(ready, tensors);
        return Run(ready, xt.contiguous(), t.to(ScalarType.Float32).contiguous(), rows?.contiguous()).MoveToOuterDisposeScope();
    }

    public override void Dispose()
    {
        plan?.Dispose();
        plan = null;
        team?.Dispose();
        team = null;
    }

    private static unsafe void Give(Plan ready, Tensor[] tensors)
    {
        for (int index = 0; index < tensors.Length; index++) ready.Condition(index, TensorMemory.Floats(tensors[index]));
    }

    private unsafe Tensor Run(Plan ready, Tensor x, Tensor t, Tensor? rows)
    {
        Tensor result = empty([x.size(0), graph.Output.Channels, .. x.shape.AsSpan(2)], ScalarType.Float32);
        int batch = checked((int)x.size(0));
        var times = new ReadOnlySpan<float>(TensorMemory.Address(t), batch);
        ReadOnlySpan<long> labels = rows is null ? [] : new ReadOnlySpan<long>(TensorMemory.Address(rows), batch);
        // A sampler's arithmetic on large batches leaves threads of libtorch's that wait awake.
        if (team!.Threads > 1) OpenMpThreads.ReleaseIdleThreads();
        ready.Predict(TensorMemory.Floats(x), times, labels, TensorMemory.Floats(result));
        return result;
    }

    private Plan Prepare(Tensor x)
    {
        PlaneSize size = graph.Description.SpatialDimensions switch
        {
            2 => new(x.size(2), x.size(3)),
            1 => new(1, x.size(2)),
            _ => new(1, 1)
        };
        (long Batch, PlaneSize Size) asked = (x.size(0), size);
        if (!versions.HaveChanged() && plan is not null && shape == asked) return plan;
        plan?.Dispose();
        plan = null;
        long started = Stopwatch.GetTimestamp();
        team ??= new WorkerTeam(get_num_threads());
        plan = PlanCompiler.Compile(graph, weights, options, checked((int)asked.Batch), size, team);
        shape = asked;
        double milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        logger.NetworkCompiled(asked.Batch, size.Height, size.Width, options.Weights, milliseconds, plan.Paths.Summary);
        if (logger.IsEnabled(LogLevel.Debug))
        {
            foreach (LayerPath layer in plan.Paths.Layers) logger.LayerPlanned(layer.Name, layer, layer.Path);
        }

        return plan;
    }
}
