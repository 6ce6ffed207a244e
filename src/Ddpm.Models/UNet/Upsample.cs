using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>Doubles the image by repeating its pixels, then a 3×3 convolution. [B, C, H, W] → [B, C, 2H, 2W].</summary>
internal sealed class Upsample : nn.Module<Tensor, Tensor>
{
    private static readonly double[] TwicePlane = [2, 2], TwiceLine = [2];
    private readonly ConvolutionLayer convolution;

    public Upsample(Initializer initializer, UNetOptions options, int channels)
        : base(nameof(Upsample))
    {
        convolution = new ConvolutionLayer(initializer, options.SpatialDimensions, channels, channels, kernel: 3, padding: 1);
        register_module("conv", convolution);
    }

    public override Tensor forward(Tensor x)
    {
        using Tensor repeated = F.interpolate(x, scale_factor: x.dim() == 3 ? TwiceLine : TwicePlane, mode: InterpolationMode.Nearest);
        return convolution.forward(repeated);
    }

    /// <summary>The up-sampling in a plan.</summary>
    public PlannedUpsample Plan(PlanContext context, PlaneSize size) => convolution.PlanUpsample(context, size);

    /// <summary>The up-sampling in a native plan.</summary>
    public Feature Append(NativePlanBuilder builder, Feature x) => convolution.AppendUpsample(builder, x);

    // Registered by hand above, with diffusers' names in diffusers' order; TorchSharp would add the fields under their own names.
    protected override void RegisterComponents()
    {
    }
}
