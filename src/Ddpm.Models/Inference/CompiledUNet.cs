using System.Diagnostics;
using Ddpm.Core;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A U-Net for the length of a run: a <see cref="NativePlan"/>, or for other types and machines a <see cref="UNetPlan"/>, for the shape that is asked for, made at the first prediction and made anew when the shape or the network's weights change. For one thread.
/// </summary>
internal sealed class CompiledUNet(UNet network, InferenceOptions options, InferencePaths paths, ILogger logger) : IConditionalEpsilonModel, IDisposable
{
    private readonly WeightVersions versions = new(network);
    private IPredictionPlan? plan;
    private BatchParts? parts;
    private WorkerTeam? team;
    private (long Batch, PlaneSize Size) shape;
    private int partCount = 1;

    public bool InTrainingMode => network.InTrainingMode;

    public int ClassCount => network.ClassCount;

    public bool HasNullLabel => network.HasNullLabel;

    public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, null);

    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels)
    {
        network.CheckInput(xt, t);
        if (xt.dtype != ScalarType.Float32 || xt.device_type != TorchSharp.DeviceType.CPU) return network.Predict(xt, t, labels);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        int count = Prepare((xt.size(0), new PlaneSize(xt.size(2), xt.size(3))));
        Tensor? rows = network.Labels(labels, xt);
        if (count == 1) return plan!.Predict(xt, t, rows).MoveToOuterDisposeScope();
        if (parts?.Parts != count) Replace(new BatchParts(count));
        long size = xt.size(0) / count;
        Tensor output = empty([xt.size(0), network.Options.OutChannels, xt.size(2), xt.size(3)], ScalarType.Float32);
        parts!.Run(part => Part(output, xt, t, rows, part * size, size));
        return output.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        plan?.Dispose();
        plan = null;
        Replace(null);
        team?.Dispose();
        team = null;
    }

    // The plan's share of a batch; called on several threads at once.
    private void Part(Tensor output, Tensor xt, Tensor t, Tensor? rows, long first, long size)
    {
        using var scope = NewDisposeScope();
        output.narrow(0, first, size).copy_(plan!.Predict(xt.narrow(0, first, size), t.narrow(0, first, size), rows?.narrow(0, first, size)));
    }

    // Into how many parts the batch is divided.
    private int Prepare((long Batch, PlaneSize Size) asked)
    {
        if (!versions.HaveChanged() && plan is not null && shape == asked) return partCount;
        plan?.Dispose();
        plan = null;
        shape = asked;
        long started = Stopwatch.GetTimestamp();
        LayerPaths layers;
        (plan, layers) = options.ComputeType == ScalarType.Float32 && paths.NativeLanes > 0 ? Native(asked.Batch, asked.Size) : Torch(asked.Batch, asked.Size);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        logger.NetworkCompiled(asked.Batch, asked.Size.Height, asked.Size.Width, options.ComputeType, elapsed.TotalMilliseconds, partCount == 1 ? layers.Summary : $"{layers.Summary}, in {partCount} parts at once");
        if (logger.IsEnabled(LogLevel.Debug)) Say(layers);
        return partCount;
    }

    private (IPredictionPlan Plan, LayerPaths Paths) Native(long batch, PlaneSize size)
    {
        partCount = 1;
        team ??= new WorkerTeam(get_num_threads());
        return network.PlanNatively(paths.NativeLanes, checked((int)batch), size, team);
    }

    private (IPredictionPlan Plan, LayerPaths Paths) Torch(long batch, PlaneSize size)
    {
        partCount = paths.BatchParts ? BatchParts.Count(batch, NetworkWork.Flops(network, size), get_num_threads()) : 1;
        var context = new PlanContext(batch / partCount, options.ComputeType, paths);
        try
        {
            return (network.Plan(context, size), context.Paths);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    // Layers by the names of their weights.
    private void Say(LayerPaths paths)
    {
        Dictionary<Tensor, string> names = new(network.named_parameters().Select(pair => KeyValuePair.Create((Tensor)pair.parameter, pair.name.Replace(".weight", "", StringComparison.Ordinal))), ReferenceEqualityComparer.Instance);
        foreach (LayerPath layer in paths.Layers) logger.LayerPlanned(names[layer.Weight], layer, layer.Path);
    }

    private void Replace(BatchParts? next)
    {
        parts?.Dispose();
        parts = next;
    }
}
