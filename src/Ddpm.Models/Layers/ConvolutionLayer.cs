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

    public override Tensor forward(Tensor x) => stride.Length == 1 ? F.conv1d(x, weight, bias, stride[0], padding[0]) : F.conv2d(x, weight, bias, stride, padding);
}
