using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>What a <see cref="ConvolutionGeometry"/> stands for.</summary>
internal static class ConvolutionGeometryOperations
{
    private static readonly long[] Zero = [0, 0], One = [1, 1], Two = [2, 2];

    /// <summary>libtorch's own convolution.</summary>
    public static Tensor Convolve(this ConvolutionGeometry geometry, Tensor x, Tensor weight, Tensor? bias) => F.conv2d(
        x,
        weight,
        bias!,
        geometry is ConvolutionGeometry.Half or ConvolutionGeometry.HalfPadded ? Two : One,
        geometry is ConvolutionGeometry.Same or ConvolutionGeometry.HalfPadded ? One : Zero);
}
