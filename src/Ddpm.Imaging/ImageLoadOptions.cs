namespace Ddpm.Imaging;

/// <summary>Sets how an image file becomes pixels.</summary>
public sealed record ImageLoadOptions
{
    /// <summary>Gets the defaults: an image in colour at its own size.</summary>
    public static ImageLoadOptions Default { get; } = new();

    /// <summary>The default of <see cref="MaxPixels"/>: 8,192 × 8,192.</summary>
    public const int DefaultMaxPixels = 1 << 26;

    /// <summary>Limits <see cref="MaxPixels"/>: pixels of 4 bytes are addressed by 32-bit integers.</summary>
    public const int LargestMaxPixels = int.MaxValue / 4;

    /// <summary>Gets whether to read one channel (luma, ITU-R BT.601) instead of three.</summary>
    /// <value>Default: false.</value>
    public bool Grayscale { get; init; }

    /// <summary>
    /// Gets the height and width to bring the image to; null: the image's own size. Range: ≥ 1, and at most <see cref="MaxPixels"/> pixels.
    /// </summary>
    /// <value>Default: null.</value>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>Gets how an image of another shape is brought to <see cref="Size"/>.</summary>
    /// <value>Default: <see cref="ImageFit.CentreCrop"/>.</value>
    public ImageFit Fit { get; init; } = ImageFit.CentreCrop;

    /// <summary>
    /// Gets the most pixels that a file may state. A larger image is refused before its pixels are allocated. Decoding takes 4 bytes per
    /// pixel, and up to 12 for interlaced, progressive or rotated files. Range: 1 … 536,870,911.
    /// </summary>
    /// <value>Default: <see cref="DefaultMaxPixels"/>, 256 MiB of pixels.</value>
    public int MaxPixels { get; init; } = DefaultMaxPixels;

    /// <summary>
    /// Gets the colour that transparent pixels are drawn over; null: the opacity is dropped, and the colour that the file states beneath is
    /// read, whatever it is.
    /// </summary>
    /// <value>Default: null, as readers of RGB such as Pillow's <c>convert("RGB")</c> do.</value>
    public (byte Red, byte Green, byte Blue)? Background { get; init; }

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
