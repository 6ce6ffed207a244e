using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>
/// Halves the image by a 3×3 convolution of stride 2. [B, C, H, W] → [B, C, H/2, W/2].
/// </summary>
internal sealed class Downsample : nn.Module<Tensor, Tensor>
{
    private readonly ConvolutionLayer convolution;
    private readonly bool padRightAndBottom;

    public Downsample(Initializer initializer, UNetOptions options, int channels)
        : base(nameof(Downsample))
    {
        // TensorFlow's "SAME" at stride 2 and an even size pads one row and column at the right and the bottom only.
        padRightAndBottom = options.DownsamplePadding == 0;
        convolution = new ConvolutionLayer(initializer, options.SpatialDimensions, channels, channels, kernel: 3, stride: 2, padding: options.DownsamplePadding);
        register_module("conv", convolution);
    }

    public override Tensor forward(Tensor x)
    {
        if (!padRightAndBottom) return convolution.forward(x);
        using Tensor padded = F.pad(x, x.dim() == 3 ? [0, 1] : [0, 1, 0, 1]);
        return convolution.forward(padded);
    }

    /// <summary>The down-sampling in a plan.</summary>
    public PlannedDownsample Plan(PlanContext context, PlaneSize size)
    {
        PlaneSize padded = padRightAndBottom ? new PlaneSize(size.Height + 1, size.Width + 1) : size;
        return new PlannedDownsample(convolution.Plan(context, padded), padRightAndBottom);
    }

    /// <summary>The down-sampling in a native plan: it pads what its size needs.</summary>
    public Feature Append(NativePlanBuilder builder, Feature x) => convolution.Append(builder, [x]);

    // Registered by hand above, with diffusers' names in diffusers' order; TorchSharp would add the fields under their own names.
    protected override void RegisterComponents()
    {
    }
}
