using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Converts pixels 0 … 255 to the values in [-1, 1] that a diffusion process works on: x = p/127.5 - 1 (Ho et al. 2020, arXiv:2006.11239,
/// sec. 3.3).
/// </summary>
public static class PixelRange
{
    /// <summary>Gives the pixel levels for each unit of x: half of 255.</summary>
    public const double LevelsPerUnit = 127.5;

    private static readonly float[] Values = [.. Enumerable.Range(0, 256).Select(pixel => pixel / (float)LevelsPerUnit - 1)];

    /// <summary>Turns bytes into values.</summary>
    /// <param name="pixels">The bytes.</param>
    /// <param name="values">Receives a value for each byte; it has the same length.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void ToValues(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        if (values.Length != pixels.Length)
        {
            throw new ArgumentException($"values must have the length of pixels, {pixels.Length}, but has {values.Length}.",
                nameof(values));
        }

        for (int i = 0; i < pixels.Length; i++) values[i] = Values[pixels[i]];
    }

    /// <summary>Turns pixels into values.</summary>
    /// <param name="pixels">Pixels 0 … 255 as floating-point numbers of any shape; fractions from resizing are allowed.</param>
    /// <returns>Values in [-1, 1] in the same shape and type; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The tensor does not hold floating-point numbers.</exception>
    public static Tensor ToValues(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (!pixels.is_floating_point())
        {
            throw new ArgumentException($"pixels must hold floating-point numbers, but holds {pixels.dtype}.", nameof(pixels));
        }

        return pixels.Over(LevelsPerUnit).SubtractInPlace(1);
    }
}
