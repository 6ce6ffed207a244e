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

    /// <summary>Uses bicubic interpolation over all pixels when images shrink, as clean-fid and Pillow do.</summary>
    BicubicAntialiased,
}
