namespace Ddpm.Models;

/// <summary>The padding and stride of a convolution in the U-Net.</summary>
internal enum ConvolutionGeometry
{
    /// <summary>A pixel at each side, stride 1: 3×3 kernels keep the size.</summary>
    Same,

    /// <summary>No padding, stride 1: 1×1 kernels.</summary>
    None,

    /// <summary>No padding, stride 2: 3×3 kernels halve what was padded at the right and the bottom before.</summary>
    Half,

    /// <summary>A pixel at each side, stride 2.</summary>
    HalfPadded,
}
