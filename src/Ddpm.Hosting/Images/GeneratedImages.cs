using Ddpm.Inference;

namespace Ddpm.Hosting;

/// <summary>Holds pictures as plain memory: values of the process, pixels, and PNG files on demand. Immutable.</summary>
public sealed class GeneratedImages
{
    private readonly float[] values;
    private readonly Lazy<byte[]> pixels;

    /// <summary>Creates pictures from the values of a process.</summary>
    /// <param name="settings">What they were drawn with.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <param name="values">The values, [Count, C, H, W]; not copied.</param>
    internal GeneratedImages(SampleSettings settings, int channels, float[] values)
    {
        (Settings, Channels, this.values) = (settings, channels, values);
        pixels = new Lazy<byte[]>(ToPixels);
    }

    /// <summary>Gets what the pictures were drawn with; the same settings give the same pictures again.</summary>
    public SampleSettings Settings { get; }

    /// <summary>Gets the number of pictures.</summary>
    public int Count => Settings.Count;

    /// <summary>Gets the channels: 1 for grey, 3 for RGB.</summary>
    public int Channels { get; }

    /// <summary>Gets the height in pixels.</summary>
    public int Height => Settings.Height;

    /// <summary>Gets the width in pixels.</summary>
    public int Width => Settings.Width;

    /// <summary>Gets the values of the process, [Count, C, H, W]; pictures lie in [-1, 1].</summary>
    public ReadOnlyMemory<float> Values => values;

    /// <summary>Gets the pixels in rows from the top, the channels of each side by side, picture after picture.</summary>
    public ReadOnlyMemory<byte> Pixels => pixels.Value;

    /// <summary>Returns the pixels of one picture.</summary>
    /// <param name="number">The picture. Range: 0 ≤ number &lt; Count.</param>
    /// <returns>The pixels in rows from the top.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such picture.</exception>
    public ReadOnlyMemory<byte> PixelsOf(int number)
    {
        if (number < 0 || number >= Count)
        {
            throw new ArgumentOutOfRangeException(nameof(number), $"number must be 0 … {Count - 1}, but is {number}.");
        }

        int length = Channels * Height * Width;
        return Pixels.Slice(number * length, length);
    }

    /// <summary>Returns one picture as a PNG file.</summary>
    /// <param name="number">The picture. Range: 0 ≤ number &lt; Count.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such picture.</exception>
    public byte[] ToPng(int number) => PngFile.Of(PixelsOf(number).Span, Width, Height, Channels);

    /// <summary>Returns all pictures side by side as one PNG file.</summary>
    /// <param name="columns">The pictures in a row. Range: ≥ 1. Default: the square root of their number, rounded up.</param>
    /// <param name="padding">The pixels around each picture. Range: ≥ 0.</param>
    /// <param name="scale">How many pixels each pixel becomes, in each direction. Range: ≥ 1.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public byte[] ToPngSheet(int? columns = null, int padding = 0, int scale = 1) =>
        new ImageSheet(this, columns ?? SquareColumns, padding, scale).ToPng();

    /// <summary>The pictures in a row of a sheet that is as wide as it is high.</summary>
    internal int SquareColumns => (int)Math.Ceiling(Math.Sqrt(Count));

    private byte[] ToPixels()
    {
        var bytes = new byte[values.Length];
        int length = Channels * Height * Width;
        for (int first = 0; first < values.Length; first += length)
        {
            PixelBytes.Interleave(values.AsSpan(first, length), Channels, bytes.AsSpan(first, length));
        }

        return bytes;
    }
}
