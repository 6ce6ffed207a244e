namespace Ddpm.Evaluation;

/// <summary>
/// How images are resized for a feature network. It moves FID by more than many improvements do (Parmar et al. 2022, arXiv:2104.11222):
/// state it.
/// </summary>
public enum ResizeFilter
{
    /// <summary>PyTorch's bilinear interpolation, as pytorch-fid: it skips pixels where images become smaller.</summary>
    Bilinear,

    /// <summary>Bilinear over all pixels where images become smaller.</summary>
    BilinearAntialiased,

    /// <summary>Bicubic over all pixels where images become smaller, as clean-fid and Pillow.</summary>
    BicubicAntialiased,
}
