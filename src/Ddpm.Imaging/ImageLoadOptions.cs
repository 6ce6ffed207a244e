namespace Ddpm.Imaging;

/// <summary>How an image file becomes pixels.</summary>
public sealed record ImageLoadOptions
{
    /// <summary>In colour at its own size.</summary>
    public static ImageLoadOptions Default { get; } = new();

    /// <summary>The default of <see cref="MaxPixels"/>: 8,192 × 8,192.</summary>
    public const int DefaultMaxPixels = 1 << 26;

    /// <summary>The largest <see cref="MaxPixels"/>: pixels of 4 bytes are addressed by whole numbers of 32 bits.</summary>
    public const int LargestMaxPixels = int.MaxValue / 4;

    /// <summary>One channel (luma, ITU-R BT.601) instead of three.</summary>
    /// <value>False.</value>
    public bool Grayscale { get; init; }

    /// <summary>
    /// The height and width to bring the image to; null for its own. Range: ≥ 1, and at most <see cref="MaxPixels"/> pixels.
    /// </summary>
    /// <value>Null.</value>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>How an image of another shape is brought to <see cref="Size"/>.</summary>
    /// <value><see cref="ImageFit.CentreCrop"/>.</value>
    public ImageFit Fit { get; init; } = ImageFit.CentreCrop;

    /// <summary>
    /// The most pixels that a file may state. A larger one is refused before its pixels are allocated; decoding takes 4 bytes a pixel, and
    /// up to 12 where a file is interlaced, progressive or turned by the camera. Range: 1 … 536,870,911.
    /// </summary>
    /// <value><see cref="DefaultMaxPixels"/>, 256 MiB of pixels.</value>
    public int MaxPixels { get; init; } = DefaultMaxPixels;

    internal void Validate()
    {
        const string name = nameof(ImageLoadOptions);
        if (MaxPixels is < 1 or > LargestMaxPixels)
        {
            throw new ArgumentOutOfRangeException(
                nameof(MaxPixels), MaxPixels, $"{name}.{nameof(MaxPixels)} must be 1 … {LargestMaxPixels}, but is {MaxPixels}.");
        }

        if (Size is not { } size) return;
        if (size.Height < 1 || size.Width < 1)
        {
            throw new ArgumentException(
                $"{name}.{nameof(Size)} must be at least 1×1, but is {size.Height}×{size.Width}.", nameof(Size));
        }

        if ((long)size.Height * size.Width > MaxPixels)
        {
            throw new ArgumentException(
                $"{name}.{nameof(Size)} must be at most {MaxPixels} pixels ({name}.{nameof(MaxPixels)}), but is " +
                $"{size.Height}×{size.Width}.", nameof(Size));
        }
    }
}
