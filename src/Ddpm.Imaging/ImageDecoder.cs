using System.Runtime.InteropServices;
using SkiaSharp;

namespace Ddpm.Imaging;

/// <summary>Files to pixels: decoding, the camera's orientation, resizing, cutting. Skia does the work.</summary>
internal static class ImageDecoder
{
    public static DecodedImage Decode(string path, ImageLoadOptions options)
    {
        if (options.Size is { } asked && (asked.Height < 1 || asked.Width < 1))
        {
            throw new ArgumentException($"{nameof(ImageLoadOptions)}.{nameof(ImageLoadOptions.Size)} must be at least 1×1, but is " +
                $"{asked.Height}×{asked.Width}.", nameof(options));
        }

        SKBitmap bitmap = Upright(path);
        try
        {
            if (options.Size is { } size) bitmap = Replace(bitmap, Fit(bitmap, size.Height, size.Width, options.Fit));
            return Planar(bitmap, options.Grayscale);
        }
        finally
        {
            bitmap.Dispose();
        }
    }

    // The pixels as they are to be looked at, RGBX.
    private static SKBitmap Upright(string path)
    {
        using FileStream stream = File.OpenRead(path);
        using SKCodec? codec = SKCodec.Create(stream);
        if (codec is null)
        {
            throw new InvalidDataException($"{path} is not an image that can be read (PNG or JPEG expected), or it is damaged.");
        }

        if ((long)codec.Info.Width * codec.Info.Height > int.MaxValue / 4)
        {
            throw new InvalidDataException($"{path} is too large: {codec.Info.Width}×{codec.Info.Height} pixels.");
        }

        SKAlphaType alpha = codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        var decoded = new SKBitmap(new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, alpha));
        SKCodecResult result = codec.GetPixels(decoded.Info, decoded.GetPixels());
        if (result != SKCodecResult.Success)
        {
            // A file that ends too early gives half a picture and gray below, which must not be trained on.
            decoded.Dispose();
            throw new InvalidDataException(
                $"{path} is damaged: {(result == SKCodecResult.IncompleteInput ? "it ends before the image does" : result)}.");
        }

        return Replace(decoded, Turn(decoded, codec.EncodedOrigin));
    }

    // Orientation of EXIF: which pixel of the file is at (x, y).
    private static SKBitmap Turn(SKBitmap source, SKEncodedOrigin origin)
    {
        int width = source.Width, height = source.Height;
        bool sideways = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom
            or SKEncodedOrigin.LeftBottom;
        // Opaque: transparency is dropped, as by every reader of RGB.
        var turned = new SKBitmap(
            new SKImageInfo(sideways ? height : width, sideways ? width : height, SKColorType.Rgba8888, SKAlphaType.Opaque));
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
                to[y * turned.Width + x] = from[row * width + column] | 0xFF000000;
            }
        }

        return turned;
    }

    private static SKBitmap Fit(SKBitmap source, int height, int width, ImageFit fit)
    {
        if (fit is not (ImageFit.CentreCrop or ImageFit.Stretch))
        {
            throw new ArgumentOutOfRangeException(nameof(fit), fit, $"fit must be a value of {nameof(ImageFit)}, but is {fit}.");
        }

        double cover = Math.Max((double)height / source.Height, (double)width / source.Width);
        (int h, int w) = fit == ImageFit.Stretch
            ? (height, width)
            : (Math.Max(height, (int)Math.Round(source.Height * cover)), Math.Max(width, (int)Math.Round(source.Width * cover)));
        SKBitmap resized = Resize(source, h, w);
        if (h == height && w == width) return resized;
        return Replace(resized, Middle(resized, height, width));
    }

    // Means of 2×2 pixels as long as the image is twice as large, then a cubic filter: without the means fine detail would turn into
    // patterns.
    private static SKBitmap Resize(SKBitmap source, int height, int width)
    {
        SKBitmap current = source.Copy();
        while (current.Height >= 2 * height && current.Width >= 2 * width)
        {
            current = Replace(current, Scaled(current, current.Height / 2, current.Width / 2, new SKSamplingOptions(SKFilterMode.Linear)));
        }

        if (current.Height == height && current.Width == width) return current;
        return Replace(current, Scaled(current, height, width, new SKSamplingOptions(SKCubicResampler.CatmullRom)));
    }

    private static SKBitmap Scaled(SKBitmap source, int height, int width, SKSamplingOptions sampling) =>
        source.Resize(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque), sampling)
            ?? throw new InvalidOperationException($"Skia could not resize an image to {width}×{height}.");

    private static SKBitmap Middle(SKBitmap source, int height, int width)
    {
        var part = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        int left = (source.Width - width) / 2, top = (source.Height - height) / 2;
        ReadOnlySpan<uint> from = MemoryMarshal.Cast<byte, uint>(source.GetPixelSpan());
        Span<uint> to = MemoryMarshal.Cast<byte, uint>(part.GetPixelSpan());
        for (int y = 0; y < height; y++) from.Slice((top + y) * source.Width + left, width).CopyTo(to[(y * width)..]);
        return part;
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

    private static SKBitmap Replace(SKBitmap old, SKBitmap made)
    {
        old.Dispose();
        return made;
    }
}
