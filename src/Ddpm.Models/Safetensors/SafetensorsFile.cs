using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A safetensors file that is open for reading. The header is checked in full before anything else; nothing is executed, and nothing is allotted
/// that the file is too short to fill. Dispose it to close the file.
/// </summary>
public sealed class SafetensorsFile : ISafetensors
{
    // The reference implementation's bound on a header.
    private const long LargestHeader = 100_000_000;

    private readonly FileStream stream;
    private readonly string path;
    private readonly long dataStart;
    private readonly Dictionary<string, SafetensorsEntry> byName;

    private SafetensorsFile(FileStream stream, string path, long dataStart, IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        this.stream = stream;
        this.path = path;
        this.dataStart = dataStart;
        Entries = entries;
        Metadata = metadata;
        byName = entries.ToDictionary(entry => entry.Name);
    }

    /// <summary>The tensors, in the order of the header.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The text that was kept beside them.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="SafetensorsException">The file breaks the format; the message says where.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return Read(stream, path);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Tensor Read(string name, bool widen = false)
    {
        SafetensorsEntry entry = Entry(name);
        using var scope = NewDisposeScope();
        Tensor tensor = empty([.. entry.Shape], entry.ElementType);
        Fill(entry, tensor);
        if (widen && entry.ElementType is (ScalarType.Float16 or ScalarType.BFloat16)) tensor = tensor.to(float32);
        return tensor.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void ReadInto(string name, Tensor target)
    {
        SafetensorsEntry entry = Entry(name);
        ArgumentNullException.ThrowIfNull(target);
        long elements = entry.Shape.Aggregate(1L, (product, size) => product * size);
        if (target.dtype != entry.ElementType || target.numel() != elements || target.device_type != TorchSharp.DeviceType.CPU || !target.is_contiguous())
        {
            throw new ArgumentException($"target must be contiguous, on the CPU, of type {entry.ElementType} and have {elements} elements for tensor {name}, but is {(target.is_contiguous() ? "" : "not contiguous, ")}on {target.device}, of type {target.dtype} and has {target.numel()}.", nameof(target));
        }

        Fill(entry, target);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    private SafetensorsEntry Entry(string name) => byName.TryGetValue(name, out SafetensorsEntry? entry) ? entry : throw new KeyNotFoundException($"{path} has no tensor {name}.");

    private void Fill(SafetensorsEntry entry, Tensor tensor)
    {
        if (tensor.numel() == 0) return;
        using var noGradient = no_grad();
        using Tensor flat = tensor.detach().view(-1);
        // A span holds less than 2 GiB.
        const long chunk = 1L << 26;
        stream.Position = dataStart + entry.Begin;
        for (long first = 0; first < flat.size(0); first += chunk)
        {
            using Tensor part = flat.narrow(0, first, Math.Min(chunk, flat.size(0) - first));
            try
            {
                stream.ReadExactly(part.bytes);
            }
            catch (EndOfStreamException exception)
            {
                throw new SafetensorsException($"{path} ended within tensor {entry.Name}; it was shortened after it was opened.", exception);
            }
        }
    }

    private static SafetensorsFile Read(FileStream stream, string path)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (stream.Length < prefix.Length) throw new SafetensorsException($"{path} must begin with the 8 bytes of the header's length, but is {stream.Length} bytes long.");
        stream.ReadExactly(prefix);
        if (Pickle.IsOne(prefix)) throw new SafetensorsException(Pickle.Refusal(path));
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LargestHeader || (long)length > stream.Length - prefix.Length)
        {
            throw new SafetensorsException($"{path} says that its header is {length} bytes long, but the file has {stream.Length - prefix.Length} bytes left (and a header may have {LargestHeader}). It is not a safetensors file, or it is damaged.");
        }

        var header = new byte[length];
        stream.ReadExactly(header);
        long dataStart = prefix.Length + (long)length;
        try
        {
            using JsonDocument json = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return Interpret(json.RootElement, stream, path, dataStart);
        }
        catch (JsonException exception)
        {
            throw new SafetensorsException($"{path} has a header that is not valid JSON, or has a name twice: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // The parser does not look at the text of names before they are asked for.
            throw new SafetensorsException($"{path} has a name in its header that is not valid Unicode: {exception.Message}", exception);
        }
    }

    private static SafetensorsFile Interpret(JsonElement root, FileStream stream, string path, long dataStart)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new SafetensorsException($"{path} must have a JSON object as its header, but has {root.ValueKind}.");
        var metadata = new Dictionary<string, string>();
        var entries = new List<SafetensorsEntry>();
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == "__metadata__") ReadMetadata(property.Value, path, metadata);
            else entries.Add(ReadEntry(property, path));
        }

        // The tensors must cover the data from its start to its end, without a hole and without an overlap.
        long expected = 0;
        foreach (SafetensorsEntry entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != expected) throw new SafetensorsException($"{path}: tensor {entry.Name} begins at byte {entry.Begin} of the data, but the one before it ends at {expected}.");
            expected = entry.End;
        }

        if (expected != stream.Length - dataStart) throw new SafetensorsException($"{path} has {stream.Length - dataStart} bytes of data, but its tensors cover {expected}{(entries.Count > 0 ? $" (the last is {entries.MaxBy(entry => entry.End)!.Name})" : "")}. It is truncated or damaged.");
        return new SafetensorsFile(stream, path, dataStart, entries, metadata);
    }

    private static void ReadMetadata(JsonElement element, string path, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new SafetensorsException($"{path} must have an object as __metadata__, but has {element.ValueKind}.");
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String) throw new SafetensorsException($"{path} must have text as metadata, but {property.Name} is {property.Value.ValueKind}.");
            metadata.Add(property.Name, property.Value.GetString()!);
        }
    }

    private static SafetensorsEntry ReadEntry(JsonProperty property, string path)
    {
        string name = property.Name;
        if (property.Value.ValueKind != JsonValueKind.Object) throw new SafetensorsException($"{path}: tensor {name} must be described by an object, but is {property.Value.ValueKind}.");
        string? typeName = null;
        long[]? shape = null, offsets = null;
        foreach (JsonProperty field in property.Value.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype" when field.Value.ValueKind == JsonValueKind.String: typeName = field.Value.GetString(); break;
                case "shape": shape = Numbers(field.Value); break;
                case "data_offsets": offsets = Numbers(field.Value); break;
                default: throw new SafetensorsException($"{path}: tensor {name} has a field {field.Name} that the format does not know.");
            }
        }

        if (typeName is null || shape is null || offsets is not { Length: 2 }) throw new SafetensorsException($"{path}: tensor {name} must have a dtype, a shape and two data_offsets of whole numbers ≥ 0.");
        (ScalarType type, int size) = SafetensorsTypes.Find(typeName) ?? throw new SafetensorsException($"{path}: tensor {name} has the element type {typeName}, which TorchSharp cannot hold.");
        long bytes = size;
        try
        {
            foreach (long length in shape) bytes = checked(bytes * length);
        }
        catch (OverflowException exception)
        {
            throw new SafetensorsException($"{path}: tensor {name} has the shape [{string.Join(", ", shape)}], which is too large.", exception);
        }

        if (offsets[1] < offsets[0] || offsets[1] - offsets[0] != bytes) throw new SafetensorsException($"{path}: tensor {name} of shape [{string.Join(", ", shape)}] and type {typeName} needs {bytes} bytes, but its data_offsets are {offsets[0]} and {offsets[1]}.");
        return new SafetensorsEntry(name, type, [.. shape], offsets[0], offsets[1]);
    }

    private static long[]? Numbers(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array) return null;
        var numbers = new List<long>();
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out long number) || number < 0) return null;
            numbers.Add(number);
        }

        return [.. numbers];
    }
}
