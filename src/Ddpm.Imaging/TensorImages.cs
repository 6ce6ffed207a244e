using static TorchSharp.torch;

namespace Ddpm.Imaging;

/// <summary>A batch of images in a tensor as one image each.</summary>
internal static class TensorImages
{
    /// <summary>Returns the images of a batch.</summary>
    /// <param name="images">uint8 [N, C, H, W] with N ≥ 1.</param>
    /// <exception cref="ArgumentException">The tensor has another shape or type.</exception>
    public static DecodedImage[] Of(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
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

        using var scope = NewDisposeScope();
        int channels = (int)images.size(1), height = (int)images.size(2), width = (int)images.size(3), length = channels * height * width;
        ReadOnlyMemory<byte> pixels = images.cpu().contiguous().data<byte>().ToArray();
        return [.. Enumerable.Range(0, (int)images.size(0))
            .Select(index => new DecodedImage(channels, height, width, pixels.Slice(index * length, length)))];
    }
}
