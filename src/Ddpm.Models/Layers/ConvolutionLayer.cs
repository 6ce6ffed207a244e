using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>A square convolution: [B, Cin, H, W] → [B, Cout, H', W'].</summary>
internal sealed class ConvolutionLayer : nn.Module<Tensor, Tensor>
{
    // Named as in the state dict: TorchSharp replaces the field by that name when the module moves.
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly long[] stride;
    private readonly long[] padding;

    public ConvolutionLayer(Initializer initializer, int inChannels, int outChannels, int kernel, int stride = 1, int padding = 0, double scale = 1)
        : base(nameof(ConvolutionLayer))
    {
        this.stride = [stride, stride];
        this.padding = [padding, padding];
        weight = initializer.Weight([outChannels, inChannels, kernel, kernel], scale);
        bias = Initializer.Constant(outChannels, 0);
        register_parameter(nameof(weight), weight);
        register_parameter(nameof(bias), bias);
    }

    public override Tensor forward(Tensor x) => F.conv2d(x, weight, bias, stride, padding);
}
