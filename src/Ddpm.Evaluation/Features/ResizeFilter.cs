namespace Ddpm.Evaluation;

/// <summary>
/// Chooses how images are resized for a feature network. It changes FID more than many improvements do (Parmar et al. 2022,
/// arXiv:2104.11222), so state it.
/// </summary>
public enum ResizeFilter
{
    /// <summary>Uses PyTorch's bilinear interpolation, as pytorch-fid does; it skips pixels when images shrink.</summary>
    Bilinear,

    /// <summary>Uses bilinear interpolation over all pixels when images shrink.</summary>
    BilinearAntialiased,

    /// <summary>
    /// Uses bicubic interpolation over all pixels when images shrink, without rounding, and clips it to 0 … 255: what clean-fid does
    /// (Pillow's filter on float32 pixels).
    /// </summary>
    BicubicAntialiased,

    /// <summary>
    /// Uses Pillow's bilinear filter on bytes, which rounds to a byte after each of the two directions, as torchvision's transforms of
    /// pictures do.
    /// </summary>
    BilinearBytes,

    /// <summary>Uses Pillow's bicubic filter on bytes: the way of the published preparations of CLIP and DINOv2.</summary>
    BicubicBytes,
}
