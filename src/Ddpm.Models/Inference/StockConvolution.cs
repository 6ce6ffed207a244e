using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>libtorch's own convolution, which packs its weight anew in each call.</summary>
internal sealed class StockConvolution(Tensor weight, Tensor? bias, ConvolutionGeometry geometry) : PlannedConvolution
{
    public override Tensor Apply(Tensor x) => geometry.Convolve(x, weight, bias);
}
