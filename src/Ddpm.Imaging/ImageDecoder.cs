using System.Globalization;
using System.Runtime.InteropServices;
using Ddpm.Core;
using Ddpm.Imaging.Jpeg;
using Microsoft.Win32.SafeHandles;
using SkiaSharp;

namespace Ddpm.Imaging;

/// <summary>Files to pixels: decoding, the camera's orientation, cutting, resizing. Skia does the work.</summary>
internal static class ImageDecoder
{
    private const string Limit = $"{nameof(ImageLoadOptions)}.{nameof(ImageLoadOptions.MaxPixels)}";

    // Metadata and other frames beside the pixels.
    private const long MostOtherBytes = 1 << 26;

    public static DecodedImage Decode(string path, ImageLoadOptions options)
    {
        options.Validate();
        using SKData file = Contents(path, options);
        SKBitmap bitmap = Upright(path, file, options, out bool transparent);
        try
        {
            if (options.Size is { } size)
            {
                SKRectI? middle = Middle(bitmap, size.Height, size.Width, options.Fit);
                if (middle is { } part) bitmap = Replace(bitmap, Cut(path, bitmap, part));
                // Means of 2×2 pixels as long as the image is twice as large, then a cubic filter: without the means fine detail would
                // turn into patterns.
                while (bitmap.Height >= 2 * size.Height && bitmap.Width >= 2 * size.Width)
                {
                    var means = new SKSamplingOptions(SKFilterMode.Linear);
                    bitmap = Replace(bitmap, Scaled(path, bitmap, bitmap.Height / 2, bitmap.Width / 2, means));
                }

                if (bitmap.Height != size.Height || bitmap.Width != size.Width)
                {
                    var cubic = new SKSamplingOptions(SKCubicResampler.CatmullRom);
                    bitmap = Replace(bitmap, Scaled(path, bitmap, size.Height, size.Width, cubic));
                }
            }

            return Planar(bitmap, options.Grayscale) with
            {
                BitsPerChannel = BitsPerChannel(file.AsSpan()),
                IsTransparent = transparent,
            };
        }
        finally
        {
            bitmap.Dispose();
        }
    }

    private static SKData Contents(string path, ImageLoadOptions options)
    {
        using SafeFileHandle handle = RegularFile.Open(path);
        long length = RandomAccess.GetLength(handle), limit = Math.Min(int.MaxValue, 8L * options.MaxPixels + MostOtherBytes);
        if (length > limit)
        {
            throw new InvalidDataException(
                $"{path} must have at most {Text(limit)} bytes, as {Limit} of {Text(options.MaxPixels)} allows, but has {Text(length)}.");
        }

        using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        return SKData.Create(stream, length) is { } data && data.Size == length
            ? data
            : throw new InvalidDataException($"{path} ended early: it was shortened while it was read.");
    }

    // The pixels as they are to be looked at, RGBX.
    private static SKBitmap Upright(string path, SKData file, ImageLoadOptions options, out bool transparent)
    {
        using SKCodec codec = SKCodec.Create(file) ?? throw new InvalidDataException(
            $"{path} is not an image that can be read ({ImageFile.Formats} expected), or it is damaged.");
        (int width, int height) = (codec.Info.Width, codec.Info.Height);
        long pixels = (long)width * height;
        if (pixels < 1 || pixels > options.MaxPixels)
        {
            throw new InvalidDataException(
                $"{path} states {Text(width)}×{Text(height)} = {Text(pixels)} pixels, but {Limit} allows " +
                $"{Text(options.MaxPixels)}.");
        }

        if (JpegCheck.Problem(file.AsSpan()) is { } problem) throw new InvalidDataException($"{path} is damaged: {problem}.");
        SKBitmap decoded = Blank(path, width, height);
        try
        {
            SKAlphaType alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
            var layout = new SKImageInfo(width, height, SKColorType.Rgba8888, alpha);
            SKCodecResult result = codec.GetPixels(layout, decoded.GetPixels());
            if (result != SKCodecResult.Success)
            {
                // A file that ends too early gives half a picture and gray below, which must not be trained on.
                throw new InvalidDataException($"{path} is damaged: {Reason(result)}.");
            }

            transparent = alpha != SKAlphaType.Opaque && MakeOpaque(decoded, options.Background);
            return codec.EncodedOrigin == SKEncodedOrigin.TopLeft ? decoded : Replace(decoded, Turn(path, decoded, codec.EncodedOrigin));
        }
        catch
        {
            decoded.Dispose();
            throw;
        }
    }

    private static string Reason(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => JpegCheck.EndsEarly,
        SKCodecResult.ErrorInInput => JpegCheck.Corrupt,
        _ => result.ToString(),
    };

    // Draws the pixels over the background, or keeps the colour beneath, as every reader of RGB does. Returns whether any was transparent.
    private static bool MakeOpaque(SKBitmap bitmap, (byte Red, byte Green, byte Blue)? background)
    {
        bool transparent = false;
        Span<byte> rgba = bitmap.GetPixelSpan();
        for (int i = 0; i < rgba.Length; i += 4)
        {
            byte opacity = rgba[i + 3];
            if (opacity == byte.MaxValue) continue;
            transparent = true;
            if (background is { } colour)
            {
                rgba[i] = Over(rgba[i], colour.Red, opacity);
                rgba[i + 1] = Over(rgba[i + 1], colour.Green, opacity);
                rgba[i + 2] = Over(rgba[i + 2], colour.Blue, opacity);
            }

            rgba[i + 3] = byte.MaxValue;
        }

        return transparent;
    }

    // Porter and Duff's "over" on an opaque ground, rounded to the nearest.
    private static byte Over(byte above, byte below, byte opacity) =>
        (byte)((above * opacity + below * (byte.MaxValue - opacity) + byte.MaxValue / 2) / byte.MaxValue);

    // Orientation of EXIF: which pixel of the file is at (x, y).
    private static SKBitmap Turn(string path, SKBitmap source, SKEncodedOrigin origin)
    {
        int width = source.Width, height = source.Height;
        bool sideways = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom
            or SKEncodedOrigin.LeftBottom;
        SKBitmap turned = sideways ? Blank(path, height, width) : Blank(path, width, height);
        Span<uint> from = MemoryMarshal.Cast<byte, uint>(source.GetPixelSpan()), to = MemoryMarshal.Cast<byte, uint>(turned.GetPixelSpan());
        for (int y = 0; y < turned.Height; y++)
        {
            for (int x = 0; x < turned.Width; x++)
            {
                (int column, int row) = origin switch
                {
                    SKEncodedOrigin.TopRight => (width - 1 - x, y),
                    SKEncodedOrigin.BottomRight => (width - 1 - x, height - 1 - y),
                    SKEncodedOrigin.BottomLeft => (x, height - 1 - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, height - 1 - x),
                    SKEncodedOrigin.RightBottom => (width - 1 - y, height - 1 - x),
                    SKEncodedOrigin.LeftBottom => (width - 1 - y, x),
                    _ => (x, y),
                };
                to[y * turned.Width + x] = from[row * width + column];
            }
        }

        return turned;
    }

    // The part of an image that has the proportions of a size, or null for all of it.
    private static SKRectI? Middle(SKBitmap source, int height, int width, ImageFit fit)
    {
        if (fit is not (ImageFit.CentreCrop or ImageFit.Stretch))
        {
            throw new ArgumentOutOfRangeException(nameof(fit), fit, $"fit must be a value of {nameof(ImageFit)}, but is {fit}.");
        }

        if (fit == ImageFit.Stretch) return null;
        double cover = Math.Max((double)height / source.Height, (double)width / source.Width);
        int h = Math.Clamp((int)Math.Round(height / cover), 1, source.Height);
        int w = Math.Clamp((int)Math.Round(width / cover), 1, source.Width);
        if (h == source.Height && w == source.Width) return null;
        return SKRectI.Create((source.Width - w) / 2, (source.Height - h) / 2, w, h);
    }

    private static SKBitmap Cut(string path, SKBitmap source, SKRectI part)
    {
        SKBitmap cut = Blank(path, part.Width, part.Height);
        ReadOnlySpan<uint> from = MemoryMarshal.Cast<byte, uint>(source.GetPixelSpan());
        Span<uint> to = MemoryMarshal.Cast<byte, uint>(cut.GetPixelSpan());
        for (int y = 0; y < part.Height; y++)
        {
            from.Slice((part.Top + y) * source.Width + part.Left, part.Width).CopyTo(to[(y * part.Width)..]);
        }

        return cut;
    }

    private static SKBitmap Scaled(string path, SKBitmap source, int height, int width, SKSamplingOptions sampling)
    {
        SKBitmap scaled = Blank(path, width, height);
        if (source.ScalePixels(scaled, sampling)) return scaled;
        scaled.Dispose();
        throw new InvalidOperationException($"Skia could not resize {path} to {width}×{height}.");
    }

    private static DecodedImage Planar(SKBitmap bitmap, bool grayscale)
    {
        ReadOnlySpan<byte> rgba = bitmap.GetPixelSpan();
        int area = bitmap.Width * bitmap.Height, channels = grayscale ? 1 : 3;
        var planar = new byte[channels * area];
        for (int i = 0; i < area; i++)
        {
            ReadOnlySpan<byte> pixel = rgba.Slice(4 * i, 3);
            if (grayscale) planar[i] = (byte)Math.Round(pixel[0] * 0.299 + pixel[1] * 0.587 + pixel[2] * 0.114);
            else (planar[i], planar[area + i], planar[2 * area + i]) = (pixel[0], pixel[1], pixel[2]);
        }

        return new DecodedImage(channels, bitmap.Height, bitmap.Width, planar);
    }

    // Of the formats that are read only PNG has more than 8: signature, length and name of the first chunk, width, height, bits.
    private static int BitsPerChannel(ReadOnlySpan<byte> file) =>
        file.Length > 24 && file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) && file[24] == 16 ? 16 : 8;

    private static SKBitmap Blank(string path, int width, int height)
    {
        var bitmap = new SKBitmap();
        if (bitmap.TryAllocPixels(Layout(width, height))) return bitmap;
        bitmap.Dispose();
        throw new InvalidDataException($"{path}: there is no memory for its {Text(width)}×{Text(height)} pixels.");
    }

    private static SKImageInfo Layout(int width, int height) => new(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static SKBitmap Replace(SKBitmap old, SKBitmap made)
    {
        old.Dispose();
        return made;
    }
}
