using System.Text.Json;
using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>
/// Reads tensors in several safetensors files, with an index that names the file of each (model.safetensors.index.json). All files are
/// opened and checked together; dispose it to close them.
/// </summary>
public sealed class SafetensorsShards : ISafetensors
{
    private const long LargestIndex = 16L << 20;

    private readonly Dictionary<string, SafetensorsFile> byTensor;
    private readonly SafetensorsFile[] files;

    private SafetensorsShards(
        SafetensorsFile[] files, Dictionary<string, SafetensorsFile> byTensor, IReadOnlyDictionary<string, string> metadata)
    {
        this.files = files;
        this.byTensor = byTensor;
        Entries = [.. files.SelectMany(file => file.Entries)];
        Metadata = metadata;
    }

    /// <inheritdoc/>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>Gets the text of the index; numbers as they are written.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens an index and all its files.</summary>
    /// <param name="path">The index.</param>
    /// <returns>The tensors of all files.</returns>
    /// <exception cref="FileNotFoundException">The index or one of its files is missing.</exception>
    /// <exception cref="SafetensorsException">The index or a file breaks the format, or they disagree on the place of a tensor.</exception>
    public static SafetensorsShards Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        (Dictionary<string, string> map, Dictionary<string, string> metadata) = ReadIndex(path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var files = new Dictionary<string, SafetensorsFile>();
        try
        {
            foreach (string name in map.Values.Distinct().Order(StringComparer.Ordinal))
            {
                string file = Path.Combine(folder, name);
                if (!File.Exists(file))
                {
                    throw new FileNotFoundException($"{path} names the file {StrictJson.Line(name, 200)}, which is missing.", file);
                }

                files.Add(name, SafetensorsFile.Open(file));
            }

            foreach ((string name, SafetensorsFile file) in files)
            {
                HashSet<string> held = [.. file.Entries.Select(entry => entry.Name)];
                string? absent = map.FirstOrDefault(pair => pair.Value == name && !held.Contains(pair.Key)).Key;
                if (absent is not null)
                {
                    throw new SafetensorsException(
                        $"{path} says that tensor {StrictJson.Line(absent, 200)} is in {name}, but it is not there.");
                }
                string? elsewhere = held.FirstOrDefault(tensor => !map.TryGetValue(tensor, out string? where) || where != name);
                if (elsewhere is null) continue;
                string told = map.TryGetValue(elsewhere, out string? other) ? $"says is in {other}" : "does not name";
                throw new SafetensorsException($"{name} has the tensor {StrictJson.Line(elsewhere, 200)}, which {path} {told}.");
            }

            return new SafetensorsShards([.. files.Values], map.ToDictionary(pair => pair.Key, pair => files[pair.Value]), metadata);
        }
        catch
        {
            foreach (SafetensorsFile file in files.Values) file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SafetensorsEntry Find(string name) => Holder(name).Find(name);

    /// <inheritdoc/>
    public void ReadBytes(string name, long offset, Span<byte> target) => Holder(name).ReadBytes(name, offset, target);

    /// <inheritdoc/>
    public bool VerifyDigest() => files.Aggregate(true, (all, file) => file.VerifyDigest() && all);

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (SafetensorsFile file in files) file.Dispose();
    }

    private SafetensorsFile Holder(string tensor) =>
        byTensor.TryGetValue(tensor, out SafetensorsFile? file) ? file
            : throw new KeyNotFoundException($"The index has no tensor {tensor}.");

    private static (Dictionary<string, string> Map, Dictionary<string, string> Metadata) ReadIndex(string path)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(RegularFile.ReadAllBytes(path, LargestIndex),
                new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("weight_map", out JsonElement map)
                || map.ValueKind != JsonValueKind.Object)
            {
                throw new SafetensorsException($"{path} must be an object with a weight_map.");
            }

            var metadata = new Dictionary<string, string>();
            if (json.RootElement.TryGetProperty("metadata", out JsonElement text) && text.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty property in text.EnumerateObject()) metadata.Add(property.Name, property.Value.ToString());
            }

            return (map.EnumerateObject().ToDictionary(property => property.Name, property => FileName(property, path)), metadata);
        }
        catch (InvalidDataException exception)
        {
            throw new SafetensorsException(exception.Message, exception);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new SafetensorsException(
                $"{path} is not valid JSON of valid Unicode, or has a name twice: {StrictJson.Reason(exception)}", exception);
        }
    }

    // A plain name beside the index: an index from elsewhere must not reach another folder.
    private static string FileName(JsonProperty property, string path)
    {
        string? name = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null;
        bool plain = !string.IsNullOrEmpty(name) && name is not ("." or "..") && name.IndexOfAny(['/', '\\', ':', '\0']) < 0;
        return plain ? name! : throw new SafetensorsException(
            $"{path} must name plain files beside it, but says that tensor {property.Name} is in {property.Value.GetRawText()}.");
    }
}
