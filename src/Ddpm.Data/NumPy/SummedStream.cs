using Ddpm.Core;

namespace Ddpm.Data;

/// <summary>Reads a stream and takes the check sum of what was read: .NET does not compare that of a zip archive's entries.</summary>
internal sealed class SummedStream(Stream stream) : Stream
{
    /// <summary>Gets the check sum of all bytes so far.</summary>
    public uint Sum { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        int read = stream.Read(buffer);
        Sum = Crc32.Append(Sum, buffer[..read]);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
