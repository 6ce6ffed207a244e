namespace Ddpm.Imaging;

/// <summary>Chooses how an image of another shape is brought to a size.</summary>
public enum ImageFit
{
    /// <summary>Resizes the image until it covers the size, then crops the centre, as the authors prepare LSUN and CelebA-HQ.</summary>
    CentreCrop,

    /// <summary>Resizes both directions independently; proportions change.</summary>
    Stretch,
}
