using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Ddpm.Training;

/// <summary>
/// A record of TensorBoard's event files: the length of the event, the event in protocol buffers' encoding, and a CRC-32C of each.
/// </summary>
internal static class EventRecord
{
    // Fields of tensorflow.Event (wall_time 1, step 2, file_version 3, summary 5), Summary (value 1) and Summary.Value (tag 1,
    // simple_value 2).
    private const byte WallTime = (1 << 3) | 1, Step = 2 << 3, FileVersion = (3 << 3) | 2, Summary = (5 << 3) | 2;
    private const byte Value = (1 << 3) | 2, Tag = (1 << 3) | 2, SimpleValue = (2 << 3) | 5;
    private const int HeaderSize = 12, FooterSize = 4;

    /// <summary>Returns the first record of a file.</summary>
    public static byte[] Version()
    {
        var data = new List<byte>();
        AddTime(data, 0);
        AddBytes(data, FileVersion, Encoding.UTF8.GetBytes("brain.Event:2"));
        return Framed([.. data]);
    }

    /// <summary>
    /// Returns a number of a step. The time of an event is its step in seconds: of a clock, two runs would not give the same bytes.
    /// </summary>
    public static byte[] Scalar(long step, string tag, float number)
    {
        var value = new List<byte>();
        AddBytes(value, Tag, Encoding.UTF8.GetBytes(tag));
        value.Add(SimpleValue);
        Span<byte> bits = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bits, number);
        value.AddRange(bits);
        var summary = new List<byte>();
        AddBytes(summary, Value, [.. value]);
        var data = new List<byte>();
        AddTime(data, step);
        data.Add(Step);
        AddVarint(data, (ulong)step);
        AddBytes(data, Summary, [.. summary]);
        return Framed([.. data]);
    }

    /// <summary>Returns the whole records of a file, and where each ends; one that a killed process left in the middle is none.</summary>
    /// <exception cref="InvalidDataException">A record is damaged; the message names the file and the record's place.</exception>
    public static IEnumerable<(long Step, long End)> Read(byte[] contents, string path)
    {
        int start = 0;
        while (contents.Length - start >= HeaderSize + FooterSize)
        {
            ReadOnlySpan<byte> rest = contents.AsSpan(start);
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            bool fits = length <= (ulong)(rest.Length - HeaderSize - FooterSize);
            if (fits && IsWhole(rest, (int)length))
            {
                int end = start + HeaderSize + (int)length + FooterSize;
                yield return (StepOf(rest.Slice(HeaderSize, (int)length)), end);
                start = end;
                continue;
            }

            // A power failure may leave zeros where the bytes were to be.
            if ((!fits && HasItsLength(rest)) || !rest.ContainsAnyExcept((byte)0)) yield break;
            throw new InvalidDataException($"{path} is damaged: the record at byte {start} differs from its check sum.");
        }
    }

    private static bool HasItsLength(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[sizeof(ulong)..]) == Crc(record[..sizeof(ulong)]);

    private static bool IsWhole(ReadOnlySpan<byte> record, int length) =>
        HasItsLength(record) &&
        BinaryPrimitives.ReadUInt32LittleEndian(record[(HeaderSize + length)..]) == Crc(record.Slice(HeaderSize, length));

    // The time comes first in what is written here, then the step, where there is one.
    private static long StepOf(ReadOnlySpan<byte> data)
    {
        const int afterTime = 1 + sizeof(double);
        if (data.Length <= afterTime || data[0] != WallTime || data[afterTime] != Step) return 0;
        ulong step = 0;
        int shift = 0;
        foreach (byte part in data[(afterTime + 1)..])
        {
            step |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) break;
            shift += 7;
        }

        return (long)step;
    }

    private static byte[] Framed(byte[] data)
    {
        var record = new byte[HeaderSize + data.Length + FooterSize];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), Crc(record.AsSpan(0, sizeof(ulong))));
        data.CopyTo(record, HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(HeaderSize + data.Length), Crc(data));
        return record;
    }

    // Masked as TFRecord files are: rotated, and a constant added.
    private static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data) crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }

    private static void AddTime(List<byte> data, double seconds)
    {
        data.Add(WallTime);
        Span<byte> bits = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bits, seconds);
        data.AddRange(bits);
    }

    private static void AddBytes(List<byte> data, byte field, byte[] bytes)
    {
        data.Add(field);
        AddVarint(data, (ulong)bytes.Length);
        data.AddRange(bytes);
    }

    private static void AddVarint(List<byte> data, ulong number)
    {
        for (; number >= 0x80; number >>= 7) data.Add((byte)(number | 0x80));
        data.Add((byte)number);
    }
}
