using System.Text.Json;

namespace Ddpm.Core;

/// <summary>
/// Parses JSON in which every object has each name once and every text is valid Unicode. Samples compile this file too.
/// </summary>
internal static class StrictJson
{
    // A parsed value takes at least 12 bytes, however short it is in the file.
    private const int MostValues = 2_000_000;

    /// <summary>Parses bytes.</summary>
    /// <param name="utf8">JSON in UTF-8, with or without a byte order mark.</param>
    /// <param name="source">What messages call the bytes.</param>
    /// <param name="options">The depth, and whether remarks and trailing commas are valid. Default: 64, and they are not.</param>
    /// <exception cref="InvalidDataException">The bytes hold no strict JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8, string source, JsonDocumentOptions options = default)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        if (utf8.Span.StartsWith("version https://git-lfs"u8))
        {
            throw new InvalidDataException($"{source} is a Git LFS pointer, not the file itself: fetch the file (git lfs pull).");
        }

        if (utf8.Span.Count((byte)',') > MostValues)
        {
            throw new InvalidDataException($"{source} must have at most {MostValues} values, but has more.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, options);
            Check(document.RootElement, source, "");
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{source} is not valid JSON: {Reason(exception)}", exception);
        }
    }

    /// <summary>Returns a value for a message, as <see cref="Raw"/>, but plain words lose their quotation marks.</summary>
    public static string Shown(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && IsWord(value.GetString()!) ? value.GetString()! : Raw(value);

    /// <summary>Returns a value as the file has it, on one line, cut where it is long.</summary>
    public static string Raw(JsonElement value) => Line(value.GetRawText());

    /// <summary>Returns a text of a file as a message repeats it: on one line, cut where it is long.</summary>
    public static string Line(string text, int longest = 80)
    {
        if (text.Length > longest) text = string.Concat(text.AsSpan(0, longest), " …");
        return string.Concat(text.Where(c => !char.IsControl(c)));
    }

    /// <summary>Returns what is wrong with JSON, on one line: it may repeat the file; where it is ends the message.</summary>
    public static string Reason(Exception exception)
    {
        string message = exception.Message;
        int place = Math.Max(0, message.LastIndexOf(" LineNumber: ", StringComparison.Ordinal));
        return Line(message[..place], longest: 160) + message[place..];
    }

    // What cannot be taken for a number, true, false or null.
    private static bool IsWord(string text) =>
        text.Length is > 0 and <= 80 && char.IsLetter(text[0]) && text.All(c => char.IsLetterOrDigit(c) || c is '_' or '-')
        && text is not ("true" or "false" or "null");

    private static void Check(JsonElement value, string source, string place)
    {
        try
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    CheckNames(value, source, place);
                    break;
                case JsonValueKind.Array:
                    foreach (JsonElement item in value.EnumerateArray()) Check(item, source, place);
                    break;
                case JsonValueKind.String:
                    _ = value.GetString();
                    break;
                default:
                    break;
            }
        }
        catch (InvalidOperationException exception)
        {
            // The parser looks at text only when it is asked for.
            string where = place.Length == 0 ? "a text" : $"a text in {Line(place.TrimEnd('.'))}";
            throw new InvalidDataException($"{source} must hold valid Unicode, but {where} is not: {exception.Message}", exception);
        }
    }

    private static void CheckNames(JsonElement value, string source, string place)
    {
        var names = new HashSet<string>();
        foreach (JsonProperty property in value.EnumerateObject())
        {
            string name = property.Name;
            if (!names.Add(name)) throw new InvalidDataException($"{source}: {Line(place + name)} must occur once, but occurs twice.");
            Check(property.Value, source, $"{place}{name}.");
        }
    }
}
