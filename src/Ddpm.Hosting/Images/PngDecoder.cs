using System.Buffers.Binary;
using System.IO.Compression;

namespace Ddpm.Hosting;

/// <summary>
/// Reads PNG files of 8-bit pixels without interlacing, grey or RGB, with or without opaque alpha: what browsers and image programs save by
/// default. It allocates no more than the expected picture takes.
/// </summary>
internal static class PngDecoder
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>Reads a picture.</summary>
    /// <param name="file">The file.</param>
    /// <param name="width">The width that it must have.</param>
    /// <param name="height">The height that it must have.</param>
    /// <param name="channels">1: grey, of RGB its luminance; 3: RGB, of grey three times the same.</param>
    /// <returns>The pixels in rows from the top, the channels of each side by side.</returns>
    /// <exception cref="InvalidDataException">The file is no such picture; the message says what it is.</exception>
    public static byte[] Read(ReadOnlySpan<byte> file, int width, int height, int channels)
    {
        if (!file.StartsWith(Signature)) throw new InvalidDataException("no PNG file");
        ReadOnlySpan<byte> rest = file[8..];
        ReadOnlySpan<byte> header = Chunk(ref rest, out uint type);
        if (type != Name("IHDR"u8) || header.Length != 13) throw new InvalidDataException("a PNG file without a header");
        uint actualWidth = BinaryPrimitives.ReadUInt32BigEndian(header), actualHeight = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        if (actualWidth != width || actualHeight != height)
        {
            throw new InvalidDataException($"a picture of {actualWidth} × {actualHeight} pixels");
        }

        int samples = header[9] switch
        {
            0 => 1,
            2 => 3,
            4 => 2,
            6 => 4,
            _ => throw new InvalidDataException("a PNG file with a palette"),
        };
        if (header[8] != 8) throw new InvalidDataException($"a PNG file of {header[8]} bits a channel");
        if (header[10] != 0 || header[11] != 0) throw new InvalidDataException("a PNG file of an unknown method");
        if (header[12] != 0) throw new InvalidDataException("an interlaced PNG file");
        using var compressed = new MemoryStream();
        while (true)
        {
            ReadOnlySpan<byte> data = Chunk(ref rest, out type);
            if (type == Name("IEND"u8)) break;
            if (type == Name("IDAT"u8)) compressed.Write(data);
        }

        compressed.Position = 0;
        return Convert(Unfiltered(compressed, width, height, samples), samples, channels);
    }

    private static uint Name(ReadOnlySpan<byte> name) => BinaryPrimitives.ReadUInt32BigEndian(name);

    private static ReadOnlySpan<byte> Chunk(ref ReadOnlySpan<byte> rest, out uint type)
    {
        if (rest.Length < 12) throw new InvalidDataException("a PNG file that ends too early");
        uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (length > rest.Length - 12) throw new InvalidDataException("a PNG file that ends too early");
        type = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
        ReadOnlySpan<byte> data = rest.Slice(8, (int)length);
        rest = rest[(12 + (int)length)..];
        return data;
    }

    private static byte[] Unfiltered(Stream compressed, int width, int height, int samples)
    {
        int row = width * samples;
        var pixels = new byte[checked(row * height)];
        var line = new byte[row + 1];
        using var zlib = new ZLibStream(compressed, CompressionMode.Decompress);
        for (int y = 0; y < height; y++)
        {
            if (Fill(zlib, line) < line.Length) throw new InvalidDataException("a PNG file with fewer pixels than its header says");
            Span<byte> current = pixels.AsSpan(y * row, row);
            line.AsSpan(1).CopyTo(current);
            Unfilter(line[0], current, y == 0 ? default : pixels.AsSpan((y - 1) * row, row), samples);
        }

        if (Fill(zlib, line.AsSpan(0, 1)) > 0) throw new InvalidDataException("a PNG file with more pixels than its header says");
        return pixels;
    }

    private static int Fill(ZLibStream zlib, Span<byte> target)
    {
        try
        {
            return zlib.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            throw new InvalidDataException("a PNG file whose pixels are damaged");
        }
    }

    private static void Unfilter(byte filter, Span<byte> current, ReadOnlySpan<byte> above, int samples)
    {
        if (filter > 4) throw new InvalidDataException($"a PNG file with the filter {filter}");
        if (filter == 0) return;
        for (int i = 0; i < current.Length; i++)
        {
            int left = i >= samples ? current[i - samples] : 0, up = above.IsEmpty ? 0 : above[i];
            int corner = i >= samples && !above.IsEmpty ? above[i - samples] : 0;
            current[i] += (byte)(filter switch
            {
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                _ => Paeth(left, up, corner),
            });
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        int estimate = left + up - corner;
        int byLeft = Math.Abs(estimate - left), byUp = Math.Abs(estimate - up), byCorner = Math.Abs(estimate - corner);
        return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
    }

    private static byte[] Convert(byte[] pixels, int samples, int channels)
    {
        int count = pixels.Length / samples;
        bool colour = samples >= 3, alpha = samples is 2 or 4;
        var converted = new byte[count * channels];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> pixel = pixels.AsSpan(i * samples, samples);
            if (alpha && pixel[^1] != 255) throw new InvalidDataException("a picture with transparent pixels");
            for (int c = 0; c < channels; c++)
            {
                // Luminance of ITU-R BT.601.
                converted[(i * channels) + c] = !colour ? pixel[0]
                    : channels == 3 ? pixel[c]
                    : (byte)(((299 * pixel[0]) + (587 * pixel[1]) + (114 * pixel[2]) + 500) / 1000);
            }
        }

        return converted;
    }
}
