namespace Ddpm.Inference;

/// <summary>Chooses where a convolution sees zeros beyond the border.</summary>
public enum ConvolutionPadding
{
    /// <summary>Pads half a kernel at each side: stride 1 keeps the size.</summary>
    Same,

    /// <summary>
    /// Pads only a row at the bottom and a column at the right, as TensorFlow pads a 3×3 kernel of stride 2 at an even size.
    /// </summary>
    RightAndBottom,
}
