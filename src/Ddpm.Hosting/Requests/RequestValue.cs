using System.Globalization;
using System.Text.Json;
using Ddpm.Core;

namespace Ddpm.Hosting;

/// <summary>The value of one field, from JSON or from a property.</summary>
/// <param name="Shown">The value as the caller wrote it, for messages.</param>
internal sealed record RequestValue(string Shown)
{
    // Whatever was sent comes back in the error: a line of it is enough.
    private const int LongestEcho = 60;

    /// <summary>Gets the whole number; null for other values.</summary>
    public long? Whole { get; private init; }

    /// <summary>Gets the number; null for other values.</summary>
    public double? Real { get; private init; }

    /// <summary>Gets the text; null for other values.</summary>
    public string? Text { get; private init; }

    /// <summary>Gets the file; null for other values.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; private init; }

    /// <summary>Gets the items of a list; null for other values.</summary>
    public IReadOnlyList<RequestValue>? Items
    {
        get => field ?? (Json is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(Of)] : null);
        private init;
    }

    /// <summary>Gets the numbers of a list of numbers, at least one; null for other values.</summary>
    public ReadOnlyMemory<float>? Numbers
    {
        get => field ?? (Json is { ValueKind: JsonValueKind.Array } list ? NumbersOf(list) : null);
        private init;
    }

    /// <summary>Gets the entries of an object, each once; null for other values.</summary>
    public IReadOnlyDictionary<string, RequestValue>? Fields
    {
        get => field ?? (Json is { ValueKind: JsonValueKind.Object } entries
            ? entries.EnumerateObject().ToDictionary(entry => entry.Name, entry => Of(entry.Value))
            : null);
        private init;
    }

    // Read on demand: a list of numbers becomes no list of values.
    private JsonElement? Json { get; init; }

    /// <summary>Returns a value of JSON.</summary>
    public static RequestValue Of(JsonElement value)
    {
        string shown = StrictJson.Line(value.GetRawText(), LongestEcho);
        return value.ValueKind switch
        {
            JsonValueKind.Number => new RequestValue(shown)
            {
                Whole = value.TryGetInt64(out long whole) ? whole : null,
                Real = value.TryGetDouble(out double real) ? real : null,
            },
            JsonValueKind.String => new RequestValue(shown)
            {
                Text = value.GetString(),
                Bytes = value.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : default(ReadOnlyMemory<byte>?),
            },
            _ => new RequestValue(shown) { Json = value },
        };
    }

    public static RequestValue Of(long value) => new(value.ToString(CultureInfo.InvariantCulture)) { Whole = value, Real = value };

    public static RequestValue Of(double value) => new(value.ToString("R", CultureInfo.InvariantCulture)) { Real = value };

    public static RequestValue Of(string value) => new($"\"{StrictJson.Line(value, LongestEcho)}\"") { Text = value };

    public static RequestValue Of(ReadOnlyMemory<byte> value) => new($"{value.Length} bytes") { Bytes = value };

    public static RequestValue Of(IReadOnlyList<ClassLabel> labels)
    {
        RequestValue[] items = [.. labels.Select(label => label.Name is { } name ? Of(name) : Of(label.Number ?? 0L))];
        return new RequestValue($"[{string.Join(", ", items.Select(item => item.Shown))}]") { Items = items };
    }

    public static RequestValue Of(GuidanceInterval interval) => new($"{interval}") { Items = [Of(interval.First), Of(interval.Last)] };

    public static RequestValue Of(IReadOnlyList<string> names) => new($"[{string.Join(", ", names.Select(name => Of(name).Shown))}]")
    {
        Items = [.. names.Select(Of)],
    };

    public static RequestValue Of(IReadOnlyDictionary<string, IReadOnlyList<ConditionValue>> conditions) => new("a dictionary")
    {
        Fields = conditions.ToDictionary(entry => entry.Key, entry => entry.Value is { } rows
            ? new RequestValue($"a list of {rows.Count}") { Items = [.. rows.Select(Of)] }
            : new RequestValue("null")),
    };

    /// <summary>Returns a field's name as a message repeats it.</summary>
    public static string Line(string name) => StrictJson.Line(name, LongestEcho);

    private static RequestValue Of(ConditionValue? row) => row switch
    {
        { Png: { } file } => Of(file),
        { Numbers: { } numbers } => new RequestValue($"{numbers.Length} numbers") { Numbers = numbers },
        _ => new RequestValue("null"),
    };

    private static ReadOnlyMemory<float>? NumbersOf(JsonElement list)
    {
        var numbers = new float[list.GetArrayLength()];
        int read = 0;
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetSingle(out numbers[read++])) return null;
        }

        return numbers.Length > 0 ? numbers : default(ReadOnlyMemory<float>?);
    }
}
