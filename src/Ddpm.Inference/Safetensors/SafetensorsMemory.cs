using System.Buffers.Binary;
using Ddpm.Core;
using Ddpm.Inference;

namespace Ddpm.Models;

/// <summary>
/// A safetensors file that lies in memory, such as a download or an embedded resource. The header is checked as that of a file is.
/// </summary>
internal sealed class SafetensorsMemory : ISafetensors
{
    private const int PrefixLength = 8;

    private readonly ReadOnlyMemory<byte> data;
    private readonly SafetensorsHeader header;
    private readonly string source;

    /// <summary>Reads the header of a file in memory.</summary>
    /// <param name="contents">The bytes of the whole file; they are not copied and must not change.</param>
    /// <param name="source">What error messages call the file.</param>
    /// <exception cref="SafetensorsException">The file breaks the format; the message says where.</exception>
    public SafetensorsMemory(ReadOnlyMemory<byte> contents, string source)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ReadOnlySpan<byte> bytes = contents.Span;
        if (bytes.Length < PrefixLength)
        {
            throw new SafetensorsException(
                $"{source} must begin with the 8 bytes of the header's length, but is {bytes.Length} bytes long.");
        }
        if (ForeignFile.Refusal(bytes, source) is { } refusal) throw new SafetensorsException(refusal);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (length > (ulong)(bytes.Length - PrefixLength))
        {
            throw new SafetensorsException(
                $"{source} says that its header is {length} bytes long, but has {bytes.Length - PrefixLength} bytes left. "
                + "It is not a safetensors file, or it is damaged.");
        }

        int dataStart = PrefixLength + (int)length;
        header = SafetensorsHeader.Parse(bytes[PrefixLength..dataStart], bytes.Length - dataStart, source);
        data = contents[dataStart..];
        this.source = source;
    }

    /// <inheritdoc/>
    public IReadOnlyList<SafetensorsEntry> Entries => header.Entries;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <inheritdoc/>
    public SafetensorsEntry Find(string name) => header.Find(name);

    /// <inheritdoc/>
    public void ReadBytes(string name, long offset, Span<byte> target)
    {
        SafetensorsEntry entry = Find(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, entry.End - entry.Begin - target.Length);
        data.Span.Slice((int)(entry.Begin + offset), target.Length).CopyTo(target);
    }

    /// <inheritdoc/>
    public bool VerifyDigest() =>
        Metadata.TryGetValue(SafetensorsEncoder.DigestKey, out string? expected)
            && SafetensorsEncoder.CheckDigest(expected, Sha256.Of(data.Span), source);

    /// <summary>Does nothing: the memory belongs to the caller.</summary>
    public void Dispose()
    {
    }
}
