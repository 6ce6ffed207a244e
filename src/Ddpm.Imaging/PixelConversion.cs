using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Imaging;

/// <summary>Converts between the values in [-1, 1] that a diffusion process works on and the bytes of an image.</summary>
public static class PixelConversion
{
    /// <summary>Turns values into bytes; values outside [-1, 1] are clipped.</summary>
    /// <param name="images">Floating-point values of any shape.</param>
    /// <param name="rounding">The rounding rule.</param>
    /// <returns>uint8 in the same shape; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The tensor does not hold floating-point numbers, or holds NaN.</exception>
    public static Tensor ToBytes(Tensor images, PixelRounding rounding = PixelRounding.Nearest)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (!images.is_floating_point())
        {
            throw new ArgumentException($"images must hold floating-point numbers, but holds {images.dtype}.", nameof(images));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (images.isnan().any().item<bool>()) throw new ArgumentException("images must hold numbers, but some are NaN.", nameof(images));
        Tensor values = images.to(images.dtype == float64 ? float64 : float32);
        Tensor scaled = rounding switch
        {
            PixelRounding.Nearest => values.Over(2).Plus(0.5).Clamp(0, 1).MultiplyInPlace(255).round_(),
            PixelRounding.Truncate => values.Plus(1).Times(PixelRange.LevelsPerUnit).ClampInPlace(0, 255),
            _ => throw new ArgumentOutOfRangeException(nameof(rounding), rounding,
                    $"rounding must be a value of {nameof(PixelRounding)}, but is {rounding}."),
        };
        return scaled.to(uint8).MoveToOuterDisposeScope();
    }

    /// <summary>Turns bytes into values on the scale of <see cref="PixelRange"/>.</summary>
    /// <param name="pixels">uint8 of any shape.</param>
    /// <returns>float32 in [-1, 1] in the same shape; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The tensor is not uint8.</exception>
    public static Tensor FromBytes(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.dtype != uint8) throw new ArgumentException($"pixels must be uint8, but is {pixels.dtype}.", nameof(pixels));
        using Tensor levels = pixels.to(float32);
        return PixelRange.ToValues(levels);
    }
}
