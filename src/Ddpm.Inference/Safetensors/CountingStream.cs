using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Passes what is written on to another stream, counts it and, where asked, hashes it. Leaves the other stream open.</summary>
internal sealed class CountingStream(Stream target, bool hashed) : Stream
{
    private readonly Sha256? hash = hashed ? new Sha256() : null;

    /// <summary>Gets how many bytes were written.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => Count;

    /// <inheritdoc/>
    public override long Position
    {
        get => Count;
        set => throw new NotSupportedException();
    }

    /// <summary>Returns the SHA-256 of what was written.</summary>
    public byte[] Digest() => hash!.Finish();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        target.Write(buffer);
        hash?.Append(buffer);
        Count += buffer.Length;
    }

    /// <inheritdoc/>
    public override void Flush() => target.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) hash?.Dispose();
        base.Dispose(disposing);
    }
}
