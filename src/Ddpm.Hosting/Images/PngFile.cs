using Ddpm.Inference;

namespace Ddpm.Hosting;

/// <summary>Pixels as a PNG file in memory.</summary>
internal static class PngFile
{
    /// <summary>Returns the file.</summary>
    public static byte[] Of(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        using var file = new MemoryStream();
        PngEncoder.Write(file, pixels, width, height, channels);
        return file.ToArray();
    }
}
