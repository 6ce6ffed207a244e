using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Writes tensors in the safetensors format: the length of a JSON header, the header, the bytes of the tensors. Python's safetensors reads
/// it.
/// </summary>
public static class SafetensorsWriter
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>Writes a file, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">
    /// The tensors by name. They are written by descending element size, then by name, as the reference implementation does.
    /// </param>
    /// <param name="metadata">Text to store with the tensors; diffusers expects format = pt, which is added if absent.</param>
    /// <exception cref="ArgumentException">
    /// A name occurs twice or is "__metadata__", or the format does not support an element type.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; what was there before is untouched.</exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using StagedFile staged = Stage(path, tensors, metadata);
        staged.Commit();
    }

    /// <summary>Writes a file under a temporary name, so that it can be put in place together with others.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Text to store with the tensors.</param>
    /// <returns>The staged file.</returns>
    /// <exception cref="ArgumentException">
    /// A name occurs twice or is "__metadata__", or the format does not support an element type.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; what was there before is untouched.</exception>
    public static StagedFile Stage(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Stage(path, tensors, metadata, digest: false);

    /// <summary>
    /// Writes tensors to several files of a bounded size and an index that names the file of each tensor: model.safetensors becomes
    /// model-00001-of-00002.safetensors, … and model.safetensors.index.json, which is put in place last.
    /// </summary>
    /// <param name="path">The file name without shard numbers; its folder must exist.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="largestShard">The most bytes of tensors in a file; a larger tensor gets a separate file. Range: ≥ 1.</param>
    /// <param name="metadata">Text to store in each file.</param>
    /// <exception cref="ArgumentException">
    /// There is no tensor, a name occurs twice or is "__metadata__", or the format does not support an element type.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="largestShard"/> is below 1.</exception>
    /// <exception cref="IOException">A file cannot be written; none is put in place.</exception>
    public static void WriteShards(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        long largestShard,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(largestShard, 1);
        SafetensorsContent[] contents = Contents(tensors);
        if (contents.Length == 0) throw new ArgumentException("tensors must have at least 1 tensor, but are none.", nameof(tensors));
        List<List<SafetensorsContent>> shards = Divide(contents, largestShard);
        string stem = Path.Combine(Path.GetDirectoryName(path) ?? "", Path.GetFileNameWithoutExtension(path));
        string extension = Path.GetExtension(path);
        var staged = new List<StagedFile>();
        var map = new JsonObject();
        try
        {
            for (int i = 0; i < shards.Count; i++)
            {
                List<SafetensorsContent> shard = shards[i];
                string file = string.Create(CultureInfo.InvariantCulture, $"{stem}-{i + 1:D5}-of-{shards.Count:D5}{extension}");
                staged.Add(AtomicFile.Stage(file, stream => SafetensorsEncoder.Write(stream, shard, metadata)));
                foreach (SafetensorsContent content in shard) map[content.Name] = Path.GetFileName(file);
            }

            var size = new JsonObject { ["total_size"] = contents.Sum(content => content.Bytes) };
            var index = new JsonObject { ["metadata"] = size, ["weight_map"] = map };
            staged.Add(AtomicFile.Stage(path + ".index.json", stream =>
            {
                using var writer = new Utf8JsonWriter(stream, Indented);
                index.WriteTo(writer);
            }));
            foreach (StagedFile file in staged) file.Commit();
        }
        finally
        {
            foreach (StagedFile file in staged) file.Dispose();
        }
    }

    /// <summary>Writes a file under a temporary name, with the digest of its data where asked.</summary>
    internal static StagedFile Stage(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata, bool digest)
    {
        SafetensorsContent[] contents = Contents(tensors);
        return AtomicFile.Stage(path, stream => SafetensorsEncoder.Write(stream, contents, metadata, digest));
    }

    private static SafetensorsContent[] Contents(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return SafetensorsEncoder.Ordered(tensors.Select(pair => SafetensorsTensors.Content(pair.Key, pair.Value)));
    }

    private static List<List<SafetensorsContent>> Divide(SafetensorsContent[] contents, long largestShard)
    {
        var shards = new List<List<SafetensorsContent>>();
        long filled = 0;
        foreach (SafetensorsContent content in contents)
        {
            if (shards.Count == 0 || filled + content.Bytes > largestShard)
            {
                shards.Add([]);
                filled = 0;
            }

            shards[^1].Add(content);
            filled += content.Bytes;
        }

        return shards;
    }
}
