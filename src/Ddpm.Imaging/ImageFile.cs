using Ddpm.Core;
using SkiaSharp;
using static TorchSharp.torch;

namespace Ddpm.Imaging;

/// <summary>
/// Reads and writes image files as tensors: PNG, JPEG, WebP, GIF (the first frame), BMP, ICO and WBMP are read, PNG is written.
/// </summary>
public static class ImageFile
{
    internal const string Formats = "PNG, JPEG, WebP, GIF, BMP, ICO or WBMP";

    /// <summary>Gets the file extensions that folders read. The contents of a file decide its format, not its name.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
        [".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".dib", ".ico", ".wbmp"];

    /// <summary>Writes a PNG file, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="image">uint8 [C, H, W] with C = 1 (grayscale) or 3 (RGB).</param>
    /// <exception cref="ArgumentException">The tensor has another shape or type.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SavePng(string path, Tensor image)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] png = EncodePng(image);
        AtomicFile.Write(path, stream => stream.Write(png));
    }

    /// <summary>Writes a PNG file without a tensor, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="image">The pixels, of 1 or 3 channels.</param>
    /// <exception cref="ArgumentException">
    /// The number of channels is not 1 or 3, or the number of pixels does not fit the sizes.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SavePng(string path, DecodedImage image)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] png = EncodePng(image);
        AtomicFile.Write(path, stream => stream.Write(png));
    }

    /// <summary>Encodes an image as the bytes of a PNG file, for web pages and archives.</summary>
    /// <param name="image">uint8 [C, H, W] with C = 1 (grayscale) or 3 (RGB).</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="ArgumentException">The tensor has another shape or type.</exception>
    public static byte[] EncodePng(Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.dtype != uint8)
        {
            throw new ArgumentException($"image must be uint8, but is {image.dtype}; see " +
                $"{nameof(PixelConversion)}.{nameof(PixelConversion.ToBytes)}.", nameof(image));
        }

        if (image.dim() != 3 || image.size(0) is not (1 or 3) || image.numel() == 0)
        {
            throw new ArgumentException($"image must have the shape [1, H, W] or [3, H, W], but has [{string.Join(", ", image.shape)}].",
                nameof(image));
        }

        using var scope = NewDisposeScope();
        byte[] pixels = image.cpu().contiguous().data<byte>().ToArray();
        return EncodePng(new DecodedImage((int)image.size(0), (int)image.size(1), (int)image.size(2), pixels));
    }

    /// <summary>Encodes an image as the bytes of a PNG file without a tensor.</summary>
    /// <param name="image">The pixels, of 1 or 3 channels.</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="ArgumentException">
    /// The number of channels is not 1 or 3, or the number of pixels does not fit the sizes.
    /// </exception>
    public static byte[] EncodePng(DecodedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        (int channels, int height, int width, ReadOnlyMemory<byte> pixels) = image;
        bool fits = channels is 1 or 3 && height > 0 && width > 0 && pixels.Length == (long)channels * height * width;
        if (!fits)
        {
            throw new ArgumentException("image must have 1 or 3 channels and a byte for each pixel of each, but has "
                + $"[{channels}, {height}, {width}] and {pixels.Length} bytes.", nameof(image));
        }

        var info = new SKImageInfo(width, height, channels == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKImage picture = SKImage.FromPixelCopy(info, channels == 1 ? pixels.Span : WithOpacity(pixels.Span));
        using SKData png = picture.Encode(SKEncodedImageFormat.Png, 100)
            ?? throw new InvalidOperationException($"Skia could not encode an image of {width}×{height} as PNG.");
        return png.ToArray();
    }

    /// <summary>Reads an image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="grayscale">Whether to read one channel (luma, ITU-R BT.601) instead of three.</param>
    /// <returns>uint8 [1, H, W] or [3, H, W]; a fresh tensor.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not a readable image, is damaged or truncated, or states more pixels than the options allow; the message names it.
    /// </exception>
    public static Tensor Load(string path, bool grayscale = false) => Load(path, new ImageLoadOptions { Grayscale = grayscale });

    /// <summary>Reads an image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Channels and size.</param>
    /// <returns>uint8 [1, H, W] or [3, H, W]; a fresh tensor.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not a readable image, is damaged or truncated, or states more pixels than the options allow; the message names it.
    /// </exception>
    public static Tensor Load(string path, ImageLoadOptions options)
    {
        DecodedImage image = Decode(path, options);
        TorchRuntime.EnsureLoaded();
        using Tensor flat = tensor(image.Pixels.ToArray(), uint8);
        return flat.reshape(image.Channels, image.Height, image.Width);
    }

    /// <summary>
    /// Reads an image file without a tensor. It applies the camera's orientation, drops transparency or draws over
    /// <see cref="ImageLoadOptions.Background"/>, and reduces 16 bits to 8. It crops an image to the target proportions before it scales
    /// it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Channels and size.</param>
    /// <returns>The pixels.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not a readable image, is damaged or truncated, or states more pixels than the options allow; the message names it.
    /// </exception>
    public static DecodedImage Decode(string path, ImageLoadOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        return ImageDecoder.Decode(path, options);
    }

    // Three planes → the bytes of each pixel side by side.
    private static byte[] WithOpacity(ReadOnlySpan<byte> planes)
    {
        int count = planes.Length / 3;
        var rgba = new byte[4 * count];
        for (int i = 0, o = 0; i < count; i++, o += 4)
        {
            (rgba[o], rgba[o + 1], rgba[o + 2]) = (planes[i], planes[count + i], planes[2 * count + i]);
            rgba[o + 3] = byte.MaxValue;
        }

        return rgba;
    }
}
