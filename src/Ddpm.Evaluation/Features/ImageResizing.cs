using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Resizes images by the rules of published programs. <see cref="TorchScriptOptions.Filter"/> applies them; extractors of your own call
/// them.
/// </summary>
public static class ImageResizing
{
    /// <summary>Resizes images by a rule.</summary>
    /// <param name="images">The images, uint8 [B, 1, H, W] or [B, 3, H, W].</param>
    /// <param name="height">The new height. Range: ≥ 1.</param>
    /// <param name="width">The new width. Range: ≥ 1.</param>
    /// <param name="filter">The rule.</param>
    /// <returns>
    /// float32 [B, C, height, width] in 0 … 255: whole numbers with the filters of bytes, and where the size stays. The caller disposes it.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="images"/> is no batch of images, or a number is out of range.</exception>
    public static Tensor Resize(Tensor images, int height, int width, ResizeFilter filter)
    {
        ImageBatch.Require(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (!Enum.IsDefined(filter))
        {
            throw new ArgumentOutOfRangeException(nameof(filter), filter, $"filter must be a value of {nameof(ResizeFilter)}.");
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor x = images.to(float32);
        return (x.size(2) == height && x.size(3) == width ? x : Resized(x, height, width, filter)).MoveToOuterDisposeScope();
    }

    /// <summary>Resizes float32 images in 0 … 255.</summary>
    internal static Tensor Resized(Tensor x, int height, int width, ResizeFilter filter) => filter switch
    {
        ResizeFilter.Bilinear => nn.functional.interpolate(x, [height, width], mode: InterpolationMode.Bilinear, align_corners: false),
        // A cubic reaches beyond the range at edges. Pillow resizes rows first.
        _ => Line(Line(x, 3, width, filter), 2, height, filter).Clamp(0, 255),
    };

    // Along one axis, in float64.
    private static Tensor Line(Tensor x, int axis, int size, ResizeFilter filter)
    {
        if (x.size(axis) == size) return x;
        bool isBytes = filter is ResizeFilter.BilinearBytes or ResizeFilter.BicubicBytes;
        bool isCubic = filter is ResizeFilter.BicubicAntialiased or ResizeFilter.BicubicBytes;
        using var scope = NewDisposeScope();
        Tensor weights = tensor(PillowWeights.Of((int)x.size(axis), size, isCubic, isBytes)).to(x.device);
        Tensor pixels = x.to(float64), sums = axis == 3 ? pixels.matmul(weights.t()) : weights.matmul(pixels);
        if (isBytes) sums = sums.Plus(0.5).floor().Clamp(0, 255);
        return sums.to(float32).MoveToOuterDisposeScope();
    }
}
