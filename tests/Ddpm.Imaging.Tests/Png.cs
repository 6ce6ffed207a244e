using System.Buffers.Binary;
using System.IO.Compression;

namespace Ddpm.Imaging.Tests;

/// <summary>PNG files byte by byte: what no encoder of ours writes.</summary>
internal static class Png
{
    public const byte Gray = 0, Colour = 2, GrayWithOpacity = 4, ColourWithOpacity = 6;

    /// <summary>A file of some rows, each without its filter byte.</summary>
    public static byte[] Encode(int width, int height, byte bits, byte kind, Func<int, byte[]> row, int? rows = null)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int y = 0; y < (rows ?? height); y++)
            {
                zlib.WriteByte(0);
                zlib.Write(row(y));
            }
        }

        byte[] size = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(size, width);
        BinaryPrimitives.WriteInt32BigEndian(size.AsSpan(4), height);
        return
        [
            0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', .. Chunk("IHDR", [.. size, bits, kind, 0, 0, 0]),
            .. Chunk("IDAT", compressed.ToArray()), .. Chunk("IEND", []),
        ];
    }

    /// <summary>Gives every chunk the check sum of what it holds, so that a decoder reads what was changed.</summary>
    public static byte[] Repair(byte[] file)
    {
        const int Frame = 12;
        for (long at = 8; at + Frame <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)at));
            if (length > file.Length - at - Frame) break;
            Span<byte> chunk = file.AsSpan((int)at + 4, (int)length + 8);
            BinaryPrimitives.WriteUInt32BigEndian(chunk[^4..], Sum(chunk[..^4]));
            at += Frame + length;
        }

        return file;
    }

    private static byte[] Chunk(string name, byte[] data)
    {
        byte[] checkedPart = [.. System.Text.Encoding.ASCII.GetBytes(name), .. data];
        byte[] length = new byte[4], sum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Sum(checkedPart));
        return [.. length, .. checkedPart, .. sum];
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
