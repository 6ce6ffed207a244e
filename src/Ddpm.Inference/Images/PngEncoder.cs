using System.Buffers.Binary;
using System.IO.Compression;
using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Writes PNG files of 8-bit pixels, grey or RGB, with the base library alone, for programs without an image library.</summary>
public static class PngEncoder
{
    /// <summary>Writes an image.</summary>
    /// <param name="target">Receives the file.</param>
    /// <param name="pixels">The pixels in rows from the top, the channels of each side by side.</param>
    /// <param name="width">The width. Range: ≥ 1.</param>
    /// <param name="height">The height. Range: ≥ 1.</param>
    /// <param name="channels">1 for grey, 3 for RGB.</param>
    /// <exception cref="ArgumentException">An argument is out of range, or the number of pixels does not fit the sizes.</exception>
    public static void Write(Stream target, ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3)) throw new ArgumentException($"channels must be 1 or 3, but is {channels}.", nameof(channels));
        if (pixels.Length != (long)width * height * channels)
        {
            throw new ArgumentException(
                $"pixels must hold {width} × {height} × {channels} bytes, but holds {pixels.Length}.", nameof(pixels));
        }

        target.Write([0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n']);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        // 8 bits; grey or RGB; deflate, the five filters, no interlacing.
        ((ReadOnlySpan<byte>)[8, (byte)(channels == 1 ? 0 : 2), 0, 0, 0]).CopyTo(header[8..]);
        PngChunk.Write(target, "IHDR"u8, header);
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            int row = width * channels;
            for (int y = 0; y < height; y++)
            {
                // Each row begins with its filter: none.
                zlib.WriteByte(0);
                zlib.Write(pixels.Slice(y * row, row));
            }
        }

        PngChunk.Write(target, "IDAT"u8, compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
        PngChunk.Write(target, "IEND"u8, []);
    }
}
