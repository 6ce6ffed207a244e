using System.Collections.Immutable;
using Ddpm.Inference;

namespace Ddpm.Samples;

/// <summary>Samples side by side in one PNG file.</summary>
internal static class Picture
{
    /// <summary>Writes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="samples">The samples, [Count, C, H, W].</param>
    /// <param name="shape">[C, H, W] with 1 or 3 channels.</param>
    /// <param name="count">How many samples.</param>
    public static void Write(string path, ReadOnlySpan<float> samples, ImmutableArray<int> shape, int count)
    {
        int channels = shape[0], height = shape[1], row = shape[2] * channels, elements = height * row;
        var pixels = new byte[samples.Length];
        var one = new byte[elements];
        for (int k = 0; k < count; k++)
        {
            PixelBytes.Interleave(samples.Slice(k * elements, elements), channels, one);
            for (int y = 0; y < height; y++) one.AsSpan(y * row, row).CopyTo(pixels.AsSpan((y * count + k) * row));
        }

        using FileStream file = File.Create(path);
        PngEncoder.Write(file, pixels, count * shape[2], height, channels);
    }
}
