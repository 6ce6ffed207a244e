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
    public IReadOnlyList<RequestValue>? Items { get; private init; }

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
            JsonValueKind.Array => new RequestValue(shown) { Items = [.. value.EnumerateArray().Select(Of)] },
            _ => new RequestValue(shown),
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

    /// <summary>Returns a field's name as a message repeats it.</summary>
    public static string Line(string name) => StrictJson.Line(name, LongestEcho);
}
