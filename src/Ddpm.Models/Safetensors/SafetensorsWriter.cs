using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Writes tensors in the safetensors format: the length of a JSON header, the header, the bytes of the tensors. Python's safetensors reads it.
/// </summary>
public static class SafetensorsWriter
{
    // The reference implementation pads the header so that the data begins at a multiple of 8.
    private const int Alignment = 8;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes a file, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">The tensors by name. They are written wider elements first, then by name, as the reference implementation does.</param>
    /// <param name="metadata">Text to keep beside them; diffusers expects format = pt, which is added where absent.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is "__metadata__", or the format has no name for an element type.</exception>
    /// <exception cref="IOException">The file cannot be written; what was there before is untouched.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using StagedFile staged = Stage(path, tensors, metadata);
        staged.Commit();
    }

    /// <summary>Writes a file under a temporary name, so that it can be put in place together with others.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Text to keep beside them.</param>
    /// <returns>The staged file.</returns>
    /// <exception cref="ArgumentException">A name occurs twice or is "__metadata__", or the format has no name for an element type.</exception>
    /// <exception cref="IOException">The file cannot be written; what was there before is untouched.</exception>
    public static StagedFile Stage(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        (string Name, Tensor Tensor, string Type, int Size)[] entries = Entries(tensors);
        return AtomicFile.Stage(path, stream => WriteFile(stream, entries, metadata));
    }

    /// <summary>
    /// Writes tensors to several files of a bounded size and an index that says which is where: model.safetensors becomes
    /// model-00001-of-00002.safetensors, … and model.safetensors.index.json, which is put in place last.
    /// </summary>
    /// <param name="path">The name of the whole; its folder must exist.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="largestShard">The most bytes of tensors in a file; a tensor that is larger has a file of its own. Range: ≥ 1.</param>
    /// <param name="metadata">Text to keep in each file.</param>
    /// <exception cref="ArgumentException">There is no tensor, a name occurs twice or is "__metadata__", or the format has no name for an element type.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="largestShard"/> is below 1.</exception>
    /// <exception cref="IOException">A file cannot be written; none is put in place.</exception>
    public static void WriteShards(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, long largestShard, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentOutOfRangeException.ThrowIfLessThan(largestShard, 1);
        (string Name, Tensor Tensor, string Type, int Size)[] entries = Entries(tensors);
        if (entries.Length == 0) throw new ArgumentException("tensors must have at least 1 tensor, but are none.", nameof(tensors));
        var shards = new List<List<(string Name, Tensor Tensor, string Type, int Size)>>();
        long filled = 0;
        foreach ((string Name, Tensor Tensor, string Type, int Size) entry in entries)
        {
            long bytes = entry.Tensor.numel() * entry.Size;
            if (shards.Count == 0 || filled + bytes > largestShard)
            {
                shards.Add([]);
                filled = 0;
            }

            shards[^1].Add(entry);
            filled += bytes;
        }

        string stem = Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileNameWithoutExtension(path)), extension = Path.GetExtension(path);
        var staged = new List<StagedFile>();
        var map = new JsonObject();
        try
        {
            for (int i = 0; i < shards.Count; i++)
            {
                var shard = shards[i];
                string file = string.Create(CultureInfo.InvariantCulture, $"{stem}-{i + 1:D5}-of-{shards.Count:D5}{extension}");
                staged.Add(AtomicFile.Stage(file, stream => WriteFile(stream, [.. shard], metadata)));
                foreach ((string name, _, _, _) in shard) map[name] = Path.GetFileName(file);
            }

            var index = new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = entries.Sum(entry => entry.Tensor.numel() * entry.Size) }, ["weight_map"] = map };
            staged.Add(AtomicFile.Stage(path + ".index.json", stream => JsonSerializer.Serialize(stream, index, Indented)));
            foreach (StagedFile file in staged) file.Commit();
        }
        finally
        {
            foreach (StagedFile file in staged) file.Dispose();
        }
    }

    private static (string Name, Tensor Tensor, string Type, int Size)[] Entries(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        (string Name, Tensor Tensor, string Type, int Size)[] entries = [.. tensors.Select(pair => Entry(pair.Key, pair.Value)).OrderByDescending(entry => entry.Size).ThenBy(entry => entry.Name, StringComparer.Ordinal)];
        string? twice = entries.GroupBy(entry => entry.Name).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? entries : throw new ArgumentException($"tensors must have different names, but {twice} occurs twice.", nameof(tensors));
    }

    private static void WriteFile(Stream stream, (string Name, Tensor Tensor, string Type, int Size)[] entries, IReadOnlyDictionary<string, string>? metadata)
    {
        byte[] header = Header(entries, metadata ?? new Dictionary<string, string>());
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach ((_, Tensor tensor, _, _) in entries) WriteBytes(stream, tensor);
    }

    private static (string Name, Tensor Tensor, string Type, int Size) Entry(string key, Tensor tensor)
    {
        if (key == "__metadata__") throw new ArgumentException("A tensor must not be named __metadata__, which the format keeps for itself.", nameof(key));
        (string name, int size) = SafetensorsTypes.Find(tensor.dtype) ?? throw new ArgumentException($"A tensor must have an element type of the format, but {key} is {tensor.dtype}.", nameof(tensor));
        return (key, tensor, name, size);
    }

    private static byte[] Header((string Name, Tensor Tensor, string Type, int Size)[] entries, IReadOnlyDictionary<string, string> metadata)
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
            foreach ((string name, Tensor tensor, string type, int size) in entries)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                json.WriteStartArray("shape");
                foreach (long length in tensor.shape) json.WriteNumberValue(length);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.numel() * size);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % Alignment != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static void WriteBytes(Stream stream, Tensor tensor)
    {
        if (tensor.numel() == 0) return;
        using var scope = NewDisposeScope();
        Tensor flat = tensor.detach().cpu().contiguous().view(-1);
        // A span holds less than 2 GiB: 64 Mi elements of at most 8 bytes are 512 MiB.
        const long chunk = 1L << 26;
        for (long first = 0; first < flat.size(0); first += chunk)
        {
            using Tensor part = flat.narrow(0, first, Math.Min(chunk, flat.size(0) - first)).clone();
            stream.Write(part.bytes);
        }
    }
}
