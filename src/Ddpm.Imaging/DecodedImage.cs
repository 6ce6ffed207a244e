namespace Ddpm.Imaging;

/// <summary>Holds the pixels of an image, channel by channel.</summary>
/// <param name="Channels">The number of channels, 1 or 3.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Width">The width in pixels.</param>
/// <param name="Pixels">The bytes in the order channel, row, column.</param>
public sealed record DecodedImage(int Channels, int Height, int Width, ReadOnlyMemory<byte> Pixels)
{
    /// <summary>
    /// Gets the bits of a channel in the file: 8, or 16. Shades of 16 bits become bytes by their upper half: 0 … 65,535 becomes 0 … 255.
    /// </summary>
    public int BitsPerChannel { get; init; } = 8;

    /// <summary>Gets whether a pixel of the file is transparent, wholly or in part.</summary>
    public bool IsTransparent { get; init; }
}
