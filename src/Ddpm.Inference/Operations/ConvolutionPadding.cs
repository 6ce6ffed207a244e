namespace Ddpm.Inference;

/// <summary>Where a convolution sees zeros beyond the border.</summary>
public enum ConvolutionPadding
{
    /// <summary>Half a kernel at each side: stride 1 keeps the size.</summary>
    Same,

    /// <summary>A row at the bottom and a column at the right only, as TensorFlow pads a 3×3 kernel of stride 2 at an even size.</summary>
    RightAndBottom,
}
