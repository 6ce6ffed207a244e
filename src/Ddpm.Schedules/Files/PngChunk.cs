using System.Buffers.Binary;

namespace Ddpm.Core;

/// <summary>A chunk of a PNG file: its length, its type, its data, and their check sum.</summary>
internal static class PngChunk
{
    /// <summary>Writes a chunk.</summary>
    /// <param name="target">Receives it.</param>
    /// <param name="type">Four letters.</param>
    /// <param name="data">The data.</param>
    public static void Write(Stream target, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        target.Write(number);
        target.Write(type);
        target.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Append(Crc32.Append(0, type), data));
        target.Write(number);
    }
}
