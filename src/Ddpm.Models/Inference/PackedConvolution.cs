using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>oneDNN's convolution with a weight that was packed for the shape, and an addition that costs no pass over memory.</summary>
internal sealed class PackedConvolution(OneDnn operations, Tensor weight, Tensor? bias, ConvolutionGeometry geometry) : PlannedConvolution
{
    public override Tensor Apply(Tensor x) => operations.Convolve(x, weight, bias, geometry);

    public override void AddTo(Tensor sum, Tensor x) => operations.Add(sum, x, weight, bias, geometry);
}
