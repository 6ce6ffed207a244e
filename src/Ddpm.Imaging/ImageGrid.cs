using static TorchSharp.torch;

namespace Ddpm.Imaging;

/// <summary>Arranges many images in one picture.</summary>
public static class ImageGrid
{
    /// <summary>Lays images out row by row.</summary>
    /// <param name="images">uint8 [N, C, H, W] with N ≥ 1.</param>
    /// <param name="options">The layout.</param>
    /// <returns>uint8 [C, H', W']; a fresh tensor. Places without an image show the background.</returns>
    /// <exception cref="ArgumentException">The tensor has another shape or type, or an option is out of range.</exception>
    public static Tensor Compose(Tensor images, ImageGridOptions? options = null)
    {
        DecodedImage picture = Lay(TensorImages.Of(images), options ?? ImageGridOptions.Default);
        using var scope = NewDisposeScope();
        return tensor(picture.Pixels.ToArray(), uint8).reshape(picture.Channels, picture.Height, picture.Width).MoveToOuterDisposeScope();
    }

    /// <summary>Lays images out row by row, without a tensor.</summary>
    /// <param name="images">The images, of one shape; at least one.</param>
    /// <param name="options">The layout.</param>
    /// <returns>The picture. Places without an image show the background.</returns>
    /// <exception cref="ArgumentException">There is no image, shapes differ, or an option is out of range.</exception>
    public static DecodedImage Compose(IReadOnlyList<DecodedImage> images, ImageGridOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0) throw new ArgumentException("images must have at least one image, but are none.", nameof(images));
        (int channels, int height, int width, _) = images[0];
        foreach (DecodedImage image in images)
        {
            bool same = (image.Channels, image.Height, image.Width) == (channels, height, width);
            if (same && image.Pixels.Length == (long)channels * height * width) continue;
            throw new ArgumentException(
                $"images must all have the shape [{channels}, {height}, {width}] of the first and a byte for each pixel, but one has "
                + $"[{image.Channels}, {image.Height}, {image.Width}] and {image.Pixels.Length} bytes.",
                nameof(images));
        }

        return Lay(images, options ?? ImageGridOptions.Default);
    }

    private static DecodedImage Lay(IReadOnlyList<DecodedImage> images, ImageGridOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Scale, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Padding);
        if (options.Columns is { } requested) ArgumentOutOfRangeException.ThrowIfLessThan(requested, 1);
        (int channels, int height, int width, _) = images[0];
        int columns = options.Columns ?? (int)Math.Ceiling(Math.Sqrt(images.Count));
        int rows = (images.Count + columns - 1) / columns;
        int scale = options.Scale, gap = options.Padding, down = checked(height * scale + gap), right = checked(width * scale + gap);
        int tall = checked(rows * down + gap), wide = checked(columns * right + gap);
        var picture = new byte[checked(channels * tall * wide)];
        picture.AsSpan().Fill(options.Background);
        for (int i = 0; i < images.Count; i++)
        {
            (int row, int column) = Math.DivRem(i, columns);
            ReadOnlySpan<byte> pixels = images[i].Pixels.Span;
            for (int line = 0; line < channels * height * scale; line++)
            {
                (int channel, int y) = Math.DivRem(line, height * scale);
                ReadOnlySpan<byte> source = pixels.Slice((channel * height + y / scale) * width, width);
                Span<byte> target = picture.AsSpan((channel * tall + gap + row * down + y) * wide + gap + column * right, width * scale);
                for (int x = 0; x < target.Length; x++) target[x] = source[x / scale];
            }
        }

        return new DecodedImage(channels, tall, wide, picture);
    }
}
