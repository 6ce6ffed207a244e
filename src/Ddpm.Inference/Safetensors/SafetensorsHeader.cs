using System.Text.Json;
using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>
/// The header of a safetensors file, checked in full: JSON with each name once, known types, shapes that fit their bytes, and bytes that
/// cover the
/// data without a hole or an overlap. Reads token by token, so that a hostile header costs no more than its own size.
/// </summary>
internal sealed class SafetensorsHeader
{
    private const int MostAxes = 64;

    private readonly string path;
    private readonly Dictionary<string, string> metadata = [];
    private readonly List<SafetensorsEntry> entries = [];
    private readonly Dictionary<string, SafetensorsEntry> byName = [];

    private SafetensorsHeader(string path) => this.path = path;

    /// <summary>Gets the tensors, in the order of the header.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => entries;

    /// <summary>Gets the text beside them.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>Reads and checks a header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataBytes">How many bytes follow the header.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="SafetensorsException">The header breaks the format.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataBytes, string path)
    {
        var header = new SafetensorsHeader(path);
        try
        {
            var reader = new Utf8JsonReader(json);
            header.Read(ref reader);
        }
        catch (JsonException exception)
        {
            throw new SafetensorsException($"{path} has a header that is not valid JSON: {StrictJson.Reason(exception)}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // The reader looks at the text of a name only when it becomes a string.
            throw new SafetensorsException($"{path} has a text in its header that is not valid Unicode: {exception.Message}", exception);
        }

        header.CheckCoverage(dataBytes);
        return header;
    }

    /// <summary>Finds a tensor.</summary>
    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    public SafetensorsEntry Find(string name) =>
        byName.TryGetValue(name, out SafetensorsEntry? entry)
            ? entry
            : throw new KeyNotFoundException($"{path} has no tensor {Shown(name)}.");

    private void Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new SafetensorsException($"{path} must have a JSON object as its header, but has {reader.TokenType}.");
        }
        bool described = false;
        while (NextName(ref reader) is { } name)
        {
            if (name == "__metadata__")
            {
                if (described) throw Twice(name);
                described = true;
                ReadMetadata(ref reader);
            }
            else
            {
                SafetensorsEntry entry = ReadEntry(ref reader, name);
                if (!byName.TryAdd(name, entry)) throw Twice(name);
                entries.Add(entry);
            }
        }

        // Throws where anything but white space follows.
        reader.Read();
    }

    // The next field's name, the reader on its value; null at the end of the object.
    private static string? NextName(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject) return null;
        string name = reader.GetString()!;
        reader.Read();
        return name;
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new SafetensorsException($"{path} must have an object as __metadata__, but has {reader.TokenType}.");
        }
        while (NextName(ref reader) is { } name)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                throw new SafetensorsException($"{path} must have text as metadata, but {Shown(name)} is {reader.TokenType}.");
            }
            if (!metadata.TryAdd(name, reader.GetString()!)) throw Twice(name);
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new SafetensorsException($"{path}: tensor {Shown(name)} must be described by an object, but is {reader.TokenType}.");
        }
        string? typeName = null;
        long[]? shape = null, offsets = null;
        while (NextName(ref reader) is { } field)
        {
            switch (field)
            {
                case "dtype" when typeName is null && reader.TokenType == JsonTokenType.String: typeName = reader.GetString(); break;
                case "shape" when shape is null: shape = Numbers(ref reader, name); break;
                case "data_offsets" when offsets is null: offsets = Numbers(ref reader, name); break;
                case "dtype" or "shape" or "data_offsets": throw Incomplete(name);
                default:
                    throw new SafetensorsException(
                        $"{path}: tensor {Shown(name)} has a field {Shown(field)} that the format does not know.");
            }
        }

        if (typeName is null || shape is null || offsets is not { Length: 2 }) throw Incomplete(name);
        SafetensorsType type = SafetensorsTypes.Find(typeName)
            ?? throw new SafetensorsException(
                $"{path}: tensor {Shown(name)} has the element type {Shown(typeName)}, which is not supported.");
        long bytes = type.Size();
        try
        {
            foreach (long length in shape) bytes = checked(bytes * length);
        }
        catch (OverflowException exception)
        {
            throw new SafetensorsException(
                $"{path}: tensor {Shown(name)} has the shape [{string.Join(", ", shape)}], which is too large.", exception);
        }

        if (offsets[1] < offsets[0] || offsets[1] - offsets[0] != bytes)
        {
            throw new SafetensorsException(
                $"{path}: tensor {Shown(name)} of shape [{string.Join(", ", shape)}] and type {Shown(typeName)} needs {bytes} bytes, "
                + $"but its data_offsets are {offsets[0]} and {offsets[1]}.");
        }

        return new SafetensorsEntry(name, type, [.. shape], offsets[0], offsets[1]);
    }

    private long[] Numbers(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw Incomplete(name);
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            bool valid = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number) && number >= 0;
            numbers.Add(valid && numbers.Count < MostAxes ? reader.GetInt64() : throw Incomplete(name));
        }

        return [.. numbers];
    }

    private void CheckCoverage(long dataBytes)
    {
        long expected = 0;
        foreach (SafetensorsEntry entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != expected)
            {
                throw new SafetensorsException(
                    $"{path}: tensor {Shown(entry.Name)} begins at byte {entry.Begin} of the data, but the one before it ends at "
                    + $"{expected}.");
            }
            expected = entry.End;
        }

        if (expected == dataBytes) return;
        string last = entries.Count > 0 ? $" (the last is {Shown(entries.MaxBy(entry => entry.End)!.Name)})" : "";
        throw new SafetensorsException(
            $"{path} has {dataBytes} bytes of data, but its tensors cover {expected}{last}. It is truncated or damaged.");
    }

    // A name may be any text.
    private static string Shown(string text) => StrictJson.Line(text, longest: 200);

    private SafetensorsException Twice(string name) => new($"{path} has a name twice in its header: {Shown(name)}.");

    private SafetensorsException Incomplete(string name) =>
        new($"{path}: tensor {Shown(name)} must have a dtype, a shape and two data_offsets of whole numbers ≥ 0, each once.");
}
