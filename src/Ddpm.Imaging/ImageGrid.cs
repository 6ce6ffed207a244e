using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Imaging;

/// <summary>Many images as one picture.</summary>
public static class ImageGrid
{
    /// <summary>Lays images out row by row.</summary>
    /// <param name="images">uint8 [N, C, H, W] with N ≥ 1.</param>
    /// <param name="options">How.</param>
    /// <returns>uint8 [C, H', W']; a fresh tensor. Places without an image show the background.</returns>
    /// <exception cref="ArgumentException">The tensor has another shape or type, or an option is out of range.</exception>
    public static Tensor Compose(Tensor images, ImageGridOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        options ??= new ImageGridOptions();
        if (images.dtype != uint8)
        {
            throw new ArgumentException($"images must be uint8, but is {images.dtype}; see " +
                $"{nameof(PixelConversion)}.{nameof(PixelConversion.ToBytes)}.", nameof(images));
        }

        if (images.dim() != 4 || images.numel() == 0)
        {
            throw new ArgumentException("images must have the shape [N, C, H, W] with at least one image, but has " +
                $"[{string.Join(", ", images.shape)}].", nameof(images));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.Scale, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Padding);
        if (options.Columns is { } requested) ArgumentOutOfRangeException.ThrowIfLessThan(requested, 1);

        using var scope = NewDisposeScope();
        int count = (int)images.size(0);
        int columns = options.Columns ?? (int)Math.Ceiling(Math.Sqrt(count));
        int rows = (count + columns - 1) / columns;
        Tensor enlarged = images.cpu().repeat_interleave(options.Scale, 2).repeat_interleave(options.Scale, 3);
        long height = enlarged.size(2), width = enlarged.size(3);
        int gap = options.Padding;
        using Scalar background = (long)options.Background;
        Tensor picture = full([images.size(1), rows * (height + gap) + gap, columns * (width + gap) + gap], background, uint8);
        for (int i = 0; i < count; i++)
        {
            (int row, int column) = Math.DivRem(i, columns);
            picture.narrow(1, gap + row * (height + gap), height).narrow(2, gap + column * (width + gap), width).copy_(enlarged[i]);
        }

        return picture.MoveToOuterDisposeScope();
    }
}
