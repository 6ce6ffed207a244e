using System.Buffers.Binary;
using System.Text;

namespace Ddpm.Onnx;

/// <summary>
/// A message in the wire format of Protocol Buffers. It knows its length before anything is written, so that large fields go to the file
/// from where they are.
/// </summary>
/// <remarks>
/// The format has three kinds of fields that ONNX uses: varints, four bytes, and bytes after their length. That is less than a library
/// would have to be told.
/// </remarks>
internal sealed class ProtobufMessage
{
    private const int Varint = 0, Delimited = 2, FourBytes = 5, MostVarintBytes = 10;
    private readonly List<Action<Stream>> parts = [];

    /// <summary>The bytes of the message.</summary>
    public long Length { get; private set; }

    /// <summary>Adds a whole number.</summary>
    public ProtobufMessage Add(int field, long value) => Add(Bytes(Head(field, Varint), Encode((ulong)value)));

    /// <summary>Adds a float32 number.</summary>
    public ProtobufMessage Add(int field, float value)
    {
        var bytes = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return Add(Bytes(Head(field, FourBytes), bytes));
    }

    /// <summary>Adds a text.</summary>
    public ProtobufMessage Add(int field, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Add(field, bytes.Length, stream => stream.Write(bytes));
    }

    /// <summary>Adds a message.</summary>
    public ProtobufMessage Add(int field, ProtobufMessage message) => Add(field, message.Length, message.WriteTo);

    /// <summary>Adds bytes that are written later.</summary>
    /// <param name="field">The number of the field.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="write">Writes them.</param>
    public ProtobufMessage Add(int field, long length, Action<Stream> write)
    {
        Add(Bytes(Head(field, Delimited), Encode((ulong)length)));
        parts.Add(write);
        Length += length;
        return this;
    }

    /// <summary>Writes the message.</summary>
    public void WriteTo(Stream stream)
    {
        foreach (Action<Stream> part in parts) part(stream);
    }

    private static byte[] Head(int field, int kind) => Encode((ulong)(field << 3 | kind));

    private static byte[] Encode(ulong value)
    {
        var bytes = new byte[MostVarintBytes];
        int length = 0;
        for (; value > 0x7F; value >>= 7) bytes[length++] = (byte)(value | 0x80);
        bytes[length++] = (byte)value;
        return bytes[..length];
    }

    private static byte[] Bytes(byte[] head, byte[] value) => [.. head, .. value];

    private ProtobufMessage Add(byte[] bytes)
    {
        parts.Add(stream => stream.Write(bytes));
        Length += bytes.Length;
        return this;
    }
}
