using System.Buffers.Binary;
using Ddpm.Core;
using Ddpm.Inference;
using Microsoft.Win32.SafeHandles;

namespace Ddpm.Models;

/// <summary>
/// Reads an open safetensors file. The whole header is checked first; nothing is executed, and no memory is allocated that the file is too
/// short to fill. Several threads may read at once. Dispose it to close the file.
/// </summary>
public sealed class SafetensorsFile : ISafetensors
{
    // The reference implementation's bound on a header.
    private const long LargestHeader = 100_000_000;
    private const int PrefixLength = 8;

    private readonly SafeFileHandle handle;
    private readonly string path;
    private readonly long dataStart;
    private readonly SafetensorsHeader header;

    private SafetensorsFile(SafeFileHandle handle, string path, long dataStart, SafetensorsHeader header)
    {
        this.handle = handle;
        this.path = path;
        this.dataStart = dataStart;
        this.header = header;
    }

    /// <summary>Gets the tensors, in the order of the header.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => header.Entries;

    /// <summary>Gets the text that is stored with the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="SafetensorsException">
    /// The file breaks the format, or is a pickle, a Git LFS pointer, a pipe or a device; the message says which.
    /// </exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle handle = OpenRegular(path);
        try
        {
            return Read(handle, path);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SafetensorsEntry Find(string name) => header.Find(name);

    /// <inheritdoc/>
    public void ReadBytes(string name, long offset, Span<byte> target)
    {
        SafetensorsEntry entry = Find(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, entry.End - entry.Begin - target.Length);
        if (!RegularFile.TryFill(handle, dataStart + entry.Begin + offset, target))
        {
            throw new SafetensorsException($"{path} ended within tensor {name}; it was shortened after it was opened.");
        }
    }

    /// <inheritdoc/>
    public bool VerifyDigest()
    {
        if (!Metadata.TryGetValue(SafetensorsEncoder.DigestKey, out string? expected)) return false;
        using var hash = new Sha256();
        // What was read is hashed before it leaves the second cache.
        var buffer = new byte[1 << 17];
        long position = dataStart;
        for (int read; (read = RandomAccess.Read(handle, buffer, position)) > 0; position += read) hash.Append(buffer.AsSpan(0, read));
        return SafetensorsEncoder.CheckDigest(expected, hash.Finish(), path);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => handle.Dispose();

    private static SafeFileHandle OpenRegular(string path)
    {
        try
        {
            return RegularFile.Open(path);
        }
        catch (InvalidDataException exception)
        {
            throw new SafetensorsException(exception.Message, exception);
        }
    }

    private static SafetensorsFile Read(SafeFileHandle handle, string path)
    {
        Span<byte> prefix = stackalloc byte[PrefixLength];
        long length = RandomAccess.GetLength(handle);
        if (length < prefix.Length || !RegularFile.TryFill(handle, 0, prefix))
        {
            throw new SafetensorsException($"{path} must begin with the 8 bytes of the header's length, but is {length} bytes long.");
        }
        if (ForeignFile.Refusal(prefix, path) is { } refusal) throw new SafetensorsException(refusal);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > LargestHeader || (long)headerLength > length - prefix.Length)
        {
            throw new SafetensorsException(
                $"{path} says that its header is {headerLength} bytes long, but the file has {length - prefix.Length} bytes left "
                + $"(and a header may have {LargestHeader}). "
                + "It is not a safetensors file, or it is damaged.");
        }

        var json = new byte[headerLength];
        if (!RegularFile.TryFill(handle, PrefixLength, json))
        {
            throw new SafetensorsException($"{path} ended within its header; it was shortened after it was opened.");
        }
        long dataStart = PrefixLength + (long)headerLength;
        return new SafetensorsFile(handle, path, dataStart, SafetensorsHeader.Parse(json, length - dataStart, path));
    }
}
