using Ddpm.Inference;

namespace Ddpm.Hosting;

/// <summary>A PNG file as values of the process.</summary>
internal static class PngPlanes
{
    /// <summary>Reads a picture.</summary>
    /// <param name="file">The file.</param>
    /// <param name="width">The width that it must have.</param>
    /// <param name="height">The height that it must have.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <returns>The values in [-1, 1], [C, H, W].</returns>
    /// <exception cref="InvalidDataException">The file is no such picture; the message says what it is.</exception>
    public static float[] Read(ReadOnlySpan<byte> file, int width, int height, int channels)
    {
        byte[] pixels = PngDecoder.Read(file, width, height, channels);
        var interleaved = new float[pixels.Length];
        PixelBytes.ToValues(pixels, interleaved);
        if (channels == 1) return interleaved;
        var planes = new float[pixels.Length];
        for (int i = 0; i < pixels.Length; i++) planes[(i % channels * width * height) + (i / channels)] = interleaved[i];
        return planes;
    }
}
