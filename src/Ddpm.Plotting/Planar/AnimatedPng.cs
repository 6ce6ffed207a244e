using System.Buffers.Binary;
using Ddpm.Core;

namespace Ddpm.Plotting;

/// <summary>
/// Joins PNG files into an animated one (APNG, which the third edition of the PNG specification includes, sec. 11.3.6): the same compressed
/// pixels, with chunks that say when each picture is shown.
/// </summary>
internal static class AnimatedPng
{
    private const int SignatureLength = 8, Thousandths = 1000;

    /// <summary>Returns an animated PNG that repeats for ever.</summary>
    /// <param name="still">What a viewer shows that does not animate; not a part of the animation.</param>
    /// <param name="pictures">The pictures with their seconds, of the size and kind of <paramref name="still"/>; at least one.</param>
    /// <exception cref="ArgumentException">Pictures differ in size or kind, or a time is not between 0 and 65 seconds.</exception>
    public static byte[] Join(byte[] still, IReadOnlyList<(byte[] Png, double Seconds)> pictures)
    {
        byte[] header = Data(still, "IHDR"u8);
        using var file = new MemoryStream();
        file.Write(still.AsSpan(0, SignatureLength));
        PngChunk.Write(file, "IHDR"u8, header);
        PngChunk.Write(file, "acTL"u8, [.. Number(pictures.Count), .. Number(0)]); // 0 plays: for ever
        PngChunk.Write(file, "IDAT"u8, Data(still, "IDAT"u8));
        int sequence = 0;
        foreach ((byte[] png, double seconds) in pictures)
        {
            if (!Data(png, "IHDR"u8).AsSpan().SequenceEqual(header))
            {
                throw new ArgumentException("pictures must all have the size and kind of still, but one has not.", nameof(pictures));
            }

            double time = Math.Round(seconds * Thousandths);
            if (!(time is >= 0 and <= ushort.MaxValue))
            {
                throw new ArgumentException(FormattableString.Invariant($"seconds must be 0 … 65, but are {seconds}."), nameof(pictures));
            }

            // Its number, width, height, place (0, 0), time as a fraction; it replaces what was there (dispose 0, blend 0).
            PngChunk.Write(file, "fcTL"u8,
            [
                .. Number(sequence++), .. header[..8], .. Number(0), .. Number(0), .. Short((ushort)time), .. Short(Thousandths), 0, 0,
            ]);
            PngChunk.Write(file, "fdAT"u8, [.. Number(sequence++), .. Data(png, "IDAT"u8)]);
        }

        PngChunk.Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    // The data of all chunks of a type, one after the other.
    private static byte[] Data(byte[] png, ReadOnlySpan<byte> type)
    {
        var data = new List<byte>();
        for (int at = SignatureLength; at < png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (png.AsSpan(at + 4, 4).SequenceEqual(type)) data.AddRange(png.AsSpan(at + 8, length));
            at += length + 12;
        }

        return [.. data];
    }

    private static byte[] Number(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Short(ushort value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }
}
