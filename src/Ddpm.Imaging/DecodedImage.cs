namespace Ddpm.Imaging;

/// <summary>The pixels of an image, channel by channel.</summary>
/// <param name="Channels">1 or 3.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Width">The width in pixels.</param>
/// <param name="Pixels">The bytes in the order channel, row, column.</param>
public sealed record DecodedImage(int Channels, int Height, int Width, ReadOnlyMemory<byte> Pixels);
