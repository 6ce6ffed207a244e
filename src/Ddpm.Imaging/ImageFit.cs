namespace Ddpm.Imaging;

/// <summary>How an image of another shape is brought to a size.</summary>
public enum ImageFit
{
    /// <summary>Resized until it covers the size, then cut to its middle, as the authors prepare LSUN and CelebA-HQ.</summary>
    CentreCrop,

    /// <summary>Resized in both directions as needed; proportions change.</summary>
    Stretch,
}
