using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>A convolution with a square kernel, [B, Cin, H, W] → [B, Cout, H', W'], or over signals, [B, Cin, L] → [B, Cout, L'].</summary>
internal sealed class ConvolutionLayer : nn.Module<Tensor, Tensor>
{
    // Named as in the state dict: TorchSharp replaces the field by that name when the module moves.
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly long[] stride;
    private readonly long[] padding;

    public ConvolutionLayer(Initializer initializer, int dimensions, int inChannels, int outChannels, int kernel, int stride = 1, int padding = 0, double scale = 1)
        : base(nameof(ConvolutionLayer))
    {
        this.stride = [.. Enumerable.Repeat((long)stride, dimensions)];
        this.padding = [.. Enumerable.Repeat((long)padding, dimensions)];
        weight = initializer.Weight([outChannels, inChannels, .. Enumerable.Repeat((long)kernel, dimensions)], scale);
        bias = initializer.Constant(outChannels, 0);
        register_parameter(nameof(weight), weight);
        register_parameter(nameof(bias), bias);
    }

    /// <summary>The convolution in a plan, without its bias where that is added elsewhere.</summary>
    public PlannedConvolution Plan(PlanContext context, PlaneSize size, bool withBias = true) => context.Convolution(weight, withBias ? bias : null, Geometry, size);

    /// <summary>The convolution in a plan, computed in a type of its own.</summary>
    public PlannedConvolution Plan(PlanContext context, PlaneSize size, ScalarType own) => context.Convolution(weight, bias, Geometry, size, own);

    /// <summary>The weights of the input's first channels and of the rest, as two convolutions of which the first has the bias: what is joined need not be.</summary>
    public (PlannedConvolution First, PlannedConvolution? Second) PlanSplit(PlanContext context, PlaneSize size, int firstChannels)
    {
        using var scope = NewDisposeScope();
        long rest = weight.size(1) - firstChannels;
        if (rest == 0) return (Plan(context, size), null);
        Tensor first = weight.detach().narrow(1, 0, firstChannels).contiguous(), second = weight.detach().narrow(1, firstChannels, rest).contiguous();
        return (context.Convolution(first, bias, Geometry, size, partOf: weight), context.Convolution(second, null, Geometry, size, partOf: weight));
    }

    /// <summary>The convolution in a plan, with the doubling of the image before it.</summary>
    public PlannedUpsample PlanUpsample(PlanContext context, PlaneSize size) => context.Upsample(weight, bias, size);

    /// <summary>Adds a block's time projection, and with it the bias of this convolution, to a plan's.</summary>
    public int PlanTime(PlanContext context, LinearLayer projection) => projection.PlanTime(context, bias);

    /// <summary>The convolution in a native plan.</summary>
    /// <param name="builder">The plan.</param>
    /// <param name="sources">The input; several features count as joined.</param>
    /// <param name="withBias">False where the bias is added elsewhere.</param>
    /// <param name="residual">What is added to the result; null for nothing.</param>
    /// <param name="divisor">What the sum is divided by.</param>
    public Feature Append(NativePlanBuilder builder, Feature[] sources, bool withBias = true, Feature? residual = null, double divisor = 1) =>
        builder.Convolution(sources, weight, withBias ? bias : null, Geometry, residual, divisor);

    /// <summary>The convolution in a native plan, with the doubling of the image before it.</summary>
    public Feature AppendUpsample(NativePlanBuilder builder, Feature source) => builder.Upsample(source, weight, bias);

    /// <summary>A block's time projection in a native plan, with the bias of this convolution.</summary>
    public TimeColumns AppendTime(NativePlanBuilder builder, LinearLayer projection) => builder.Time(projection.Trained.Weight, projection.Trained.Bias, bias, scalesAndShifts: false);

    private ConvolutionGeometry Geometry => (stride[0], padding[0]) switch
    {
        (1, 1) => ConvolutionGeometry.Same,
        (1, 0) => ConvolutionGeometry.None,
        (2, 0) => ConvolutionGeometry.Half,
        _ => ConvolutionGeometry.HalfPadded,
    };

    public override Tensor forward(Tensor x) => stride.Length == 1 ? F.conv1d(x, weight, bias, stride[0], padding[0]) : F.conv2d(x, weight, bias, stride, padding);
}
