using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>
/// Writes tensors in the safetensors format: the length of a JSON header, the header, the bytes of the tensors. Python's safetensors reads
/// it.
/// </summary>
internal static class SafetensorsEncoder
{
    /// <summary>The field of the metadata that holds the SHA-256 of the data.</summary>
    internal const string DigestKey = "data_sha256";

    // The reference implementation pads the header so that the data begins at a multiple of 8.
    private const int Alignment = 8;

    /// <summary>Writes a file.</summary>
    /// <param name="stream">Receives the file; seekable where a digest is asked for.</param>
    /// <param name="tensors">
    /// The tensors. They are written wider elements first, then by name, as the reference implementation does.
    /// </param>
    /// <param name="metadata">Text to keep beside them; diffusers expects format = pt, which is added where absent.</param>
    /// <param name="digest">
    /// Whether the metadata receives the SHA-256 of the data, which <see cref="ISafetensors.VerifyDigest"/> compares.
    /// </param>
    /// <exception cref="ArgumentException">A name occurs twice.</exception>
    /// <exception cref="InvalidOperationException">A tensor wrote another number of bytes than type and shape need.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static void Write(
        Stream stream, IEnumerable<SafetensorsContent> tensors, IReadOnlyDictionary<string, string>? metadata = null, bool digest = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        SafetensorsContent[] ordered = Ordered(tensors);
        Dictionary<string, string> texts = metadata is null ? [] : new(metadata);
        if (digest) texts[DigestKey] = new string('0', 2 * SHA256.HashSizeInBytes);
        else texts.Remove(DigestKey);
        byte[] header = Header(ordered, texts);
        long start = digest ? stream.Position : 0;
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        using var counted = new CountingStream(stream, digest);
        foreach (SafetensorsContent tensor in ordered)
        {
            long before = counted.Count;
            tensor.WriteTo(counted);
            if (counted.Count - before != tensor.Bytes)
            {
                throw new InvalidOperationException(
                    $"Tensor {tensor.Name} must write {tensor.Bytes} bytes, but wrote {counted.Count - before}.");
            }
        }

        if (!digest) return;
        // The digest is as long as the zeros that stand for it: the header is written again in its place.
        texts[DigestKey] = Convert.ToHexStringLower(counted.Digest());
        long end = stream.Position;
        stream.Position = start + length.Length;
        stream.Write(Header(ordered, texts));
        stream.Position = end;
    }

    /// <summary>Sorts tensors as they are written, and checks that no name occurs twice.</summary>
    internal static SafetensorsContent[] Ordered(IEnumerable<SafetensorsContent> tensors)
    {
        SafetensorsContent[] ordered =
            [.. tensors.OrderByDescending(tensor => tensor.Type.Size()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)];
        string? twice = ordered.GroupBy(tensor => tensor.Name).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? ordered
            : throw new ArgumentException($"tensors must have different names, but {twice} occurs twice.", nameof(tensors));
    }

    /// <summary>True where a digest is the expected one.</summary>
    /// <exception cref="SafetensorsException">The digest is another.</exception>
    internal static bool CheckDigest(string expected, ReadOnlySpan<byte> hash, string path)
    {
        string actual = Convert.ToHexStringLower(hash);
        return actual == expected ? true : throw new SafetensorsException(
            $"{path} is damaged, or was changed: the SHA-256 of its tensors must be {expected}, but is {actual}.");
    }

    private static byte[] Header(SafetensorsContent[] tensors, Dictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            if (!metadata.ContainsKey("format")) json.WriteString("format", "pt");
            foreach ((string key, string value) in metadata) json.WriteString(key, value);
            json.WriteEndObject();
            long offset = 0;
            foreach (SafetensorsContent tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.Name());
                json.WriteStartArray("shape");
                foreach (long length in tensor.Shape) json.WriteNumberValue(length);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % Alignment != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }
}
