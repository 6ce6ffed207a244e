using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>
/// The layers of <see cref="LayerCase"/> as steps of native plans, over features that lie where a plan has them. Nothing on processors that
/// get no native plans.
/// </summary>
internal sealed class NativeLayerCase : IDisposable
{
    private const int Groups = 32;
    private const double Epsilon = 1e-6;

    private readonly WorkerTeam team = new(get_num_threads());
    private readonly List<NativePlan> plans = [];
    private readonly NativeStep? norm, convolution, upsampling;

    /// <summary>Random weights for features [B, C, H, W].</summary>
    public NativeLayerCase(long[] shape)
    {
        if (InferencePaths.All.NativeLanes == 0) return;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        long channels = shape[1];
        Tensor weight = randn(channels, channels, 3, 3) / Math.Sqrt(9 * channels), bias = randn(channels), scale = randn(channels);
        norm = Step(shape, (builder, x) => builder.Norm(x, null, scale, bias, Groups, Epsilon, silu: true));
        convolution = Step(shape, (builder, x) => builder.Convolution([x], weight, bias, ConvolutionGeometry.Same));
        upsampling = Step(shape, (builder, x) => builder.Upsample(x, weight, bias));
    }

    /// <summary>Group normalisation and SiLU.</summary>
    public void Norm() => Run(norm);

    /// <summary>A 3×3 convolution to as many channels.</summary>
    public void Convolution() => Run(convolution);

    /// <summary>Every pixel four times, then a 3×3 convolution.</summary>
    public void Upsample() => Run(upsampling);

    public void Dispose()
    {
        foreach (NativePlan plan in plans) plan.Dispose();
        team.Dispose();
    }

    private void Run(NativeStep? step)
    {
        if (step is not null) team.Run(step);
    }

    // A plan of one layer, and that layer's step after a prediction, when its input is there.
    private NativeStep Step(long[] shape, Func<NativePlanBuilder, Feature, Feature> layer)
    {
        using NativePlanBuilder builder = NativePlanBuilder.Create(
            InferencePaths.All.NativeLanes,
            (int)shape[0],
            team.Threads,
            (int)shape[1]);
        Feature x = builder.Read((int)shape[1], new PlaneSize(shape[2], shape[3]), center: false);
        // Every plan has a time embedding; this one is not used.
        (Tensor, Tensor) dense = (zeros(2, 2), zeros(2));
        builder.BeginTime(ones(1), 2, false, dense, dense, null);
        builder.Time(zeros(2, 2), zeros(2), null, scalesAndShifts: false);
        NativePlan plan = builder.Build(layer(builder, x), team);
        plans.Add(plan);
        var steps = new List<NativeStep>();
        plan.Predict(randn(shape), zeros(shape[0]), null, step =>
        {
            team.Run(step);
            steps.Add(step);
        });
        return steps.Single(step => NativeShares.KindOf(step) is not (NetworkLayer.Layout or NetworkLayer.Time));
    }
}
