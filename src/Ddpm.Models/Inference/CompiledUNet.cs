using System.Diagnostics;
using Ddpm.Core;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A U-Net for the length of a run: a <see cref="UNetPlan"/> for the shape that is asked for, made at the first prediction and made anew when the shape or the network's weights change. For one thread.
/// </summary>
internal sealed class CompiledUNet(UNet network, InferenceOptions options, InferencePaths paths, ILogger logger) : IConditionalEpsilonModel, IDisposable
{
    private readonly WeightVersions versions = new(network);
    private UNetPlan? plan;
    private (long Batch, PlaneSize Size) shape;

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
        Prepare((xt.size(0), new PlaneSize(xt.size(2), xt.size(3))));
        return plan!.Predict(xt, t, network.Labels(labels, xt)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        plan?.Dispose();
        plan = null;
    }

    private void Prepare((long Batch, PlaneSize Size) asked)
    {
        if (!versions.HaveChanged() && plan is not null && shape == asked) return;
        Dispose();
        long started = Stopwatch.GetTimestamp();
        var context = new PlanContext(asked.Batch, options.ComputeType, paths);
        try
        {
            plan = network.Plan(context, asked.Size);
        }
        catch
        {
            context.Dispose();
            throw;
        }

        shape = asked;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        logger.NetworkCompiled(asked.Batch, asked.Size.Height, asked.Size.Width, options.ComputeType, elapsed.TotalMilliseconds, context.Summary);
    }
}
