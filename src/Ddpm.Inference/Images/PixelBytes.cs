namespace Ddpm.Inference;

/// <summary>
/// Converts between the values in [-1, 1] that a diffusion process works on and the bytes of an image, x = p/127.5 - 1, on spans.
/// </summary>
public static class PixelBytes
{
    private const float LevelsPerUnit = 127.5f;

    /// <summary>Turns values into bytes; values outside [-1, 1] are clipped.</summary>
    /// <param name="values">The values.</param>
    /// <param name="pixels">Receives a byte for each value; of the same length.</param>
    /// <param name="truncate">
    /// Whether (x + 1) · 127.5 is truncated (Ho et al., improved-diffusion) rather than 255 (x/2 + ½) rounded half to even (diffusers).
    /// </param>
    /// <exception cref="ArgumentException">The lengths differ, or a value is NaN.</exception>
    public static void FromValues(ReadOnlySpan<float> values, Span<byte> pixels, bool truncate = false)
    {
        RequireLength(pixels.Length, values.Length, nameof(pixels));
        for (int i = 0; i < values.Length; i++) pixels[i] = FromValue(values[i], truncate);
    }

    /// <summary>
    /// Turns an image [C, H, W] into the bytes of its pixels, the channels of each side by side, as image files hold them.
    /// </summary>
    /// <param name="values">The values, channel after channel.</param>
    /// <param name="channels">The channels C. Range: ≥ 1.</param>
    /// <param name="pixels">Receives the bytes, pixel after pixel; of the same length.</param>
    /// <param name="truncate">As in <see cref="FromValues"/>.</param>
    /// <exception cref="ArgumentException">The lengths differ or are no multiple of the channels, or a value is NaN.</exception>
    public static void Interleave(ReadOnlySpan<float> values, int channels, Span<byte> pixels, bool truncate = false)
    {
        RequireLength(pixels.Length, values.Length, nameof(pixels));
        if (channels < 1 || values.Length % channels != 0)
        {
            throw new ArgumentException($"channels must divide the {values.Length} values, but is {channels}.", nameof(channels));
        }

        int count = values.Length / channels;
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<float> plane = values.Slice(channel * count, count);
            for (int i = 0; i < count; i++) pixels[i * channels + channel] = FromValue(plane[i], truncate);
        }
    }

    /// <summary>Turns bytes into values in [-1, 1].</summary>
    /// <param name="pixels">The bytes.</param>
    /// <param name="values">Receives a value for each byte; of the same length.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void ToValues(ReadOnlySpan<byte> pixels, Span<float> values)
    {
        RequireLength(values.Length, pixels.Length, nameof(values));
        for (int i = 0; i < pixels.Length; i++) values[i] = pixels[i] / LevelsPerUnit - 1;
    }

    private static byte FromValue(float value, bool truncate)
    {
        if (float.IsNaN(value)) throw new ArgumentException("values must hold numbers, but some are NaN.");
        return truncate
            ? (byte)Math.Clamp((value + 1) * LevelsPerUnit, 0, 255)
            : (byte)MathF.Round(Math.Clamp(value / 2 + 0.5f, 0, 1) * 255);
    }

    private static void RequireLength(int length, int expected, string name)
    {
        if (length == expected) return;
        throw new ArgumentException($"{name} must have the length {expected}, but has {length}.", name);
    }
}
