using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>Checks of images.</summary>
internal static class ImageBatch
{
    public static void Require(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dtype != uint8) throw new ArgumentException($"images must be uint8, but is {images.dtype}.", nameof(images));
        if (images.dim() != 4 || images.numel() == 0 || images.size(1) is not (1 or 3))
        {
            throw new ArgumentException("images must have the shape [B, 1, H, W] or [B, 3, H, W], but has " +
                $"[{string.Join(", ", images.shape)}].", nameof(images));
        }
    }
}
