namespace Ddpm.Core;

/// <summary>Writes in two halves, each seen by <see cref="FileProbe"/>, and leaves nothing in a buffer.</summary>
internal sealed class ProbedStream(Stream stream, string path) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => stream.CanSeek;

    public override bool CanWrite => true;

    public override long Length => stream.Length;

    public override long Position { get => stream.Position; set => stream.Position = value; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        int half = buffer.Length / 2;
        foreach (Range part in new[] { ..half, half.. })
        {
            FileProbe.Before("write", path);
            stream.Write(buffer[part]);
            stream.Flush();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => stream.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

    public override void SetLength(long value) => stream.SetLength(value);
}
