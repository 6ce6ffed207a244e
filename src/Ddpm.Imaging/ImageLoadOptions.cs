namespace Ddpm.Imaging;

/// <summary>How an image file becomes pixels.</summary>
public sealed record ImageLoadOptions
{
    /// <summary>One channel (luma, ITU-R BT.601) instead of three.</summary>
    /// <value>False.</value>
    public bool Grayscale { get; init; }

    /// <summary>The height and width to bring the image to; null for its own. Range: ≥ 1.</summary>
    /// <value>Null.</value>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>How an image of another shape is brought to <see cref="Size"/>.</summary>
    /// <value><see cref="ImageFit.CentreCrop"/>.</value>
    public ImageFit Fit { get; init; } = ImageFit.CentreCrop;
}
