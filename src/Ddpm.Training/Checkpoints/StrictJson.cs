using System.Text.Json;

namespace Ddpm.Training;

/// <summary>
/// A JSON object that is read strictly: a name that stands twice, text that is not Unicode, a value of another type or out of range ends in
/// one <see cref="InvalidDataException"/> that names file, field, what was expected and what was found.
/// </summary>
internal sealed class StrictJson
{
    private readonly JsonElement json;
    private readonly string file;
    private readonly string prefix;

    private StrictJson(JsonElement json, string file, string prefix)
    {
        this.json = json;
        this.file = file;
        this.prefix = prefix;
    }

    public IEnumerable<string> Names => json.EnumerateObject().Select(property => property.Name);

    /// <exception cref="InvalidDataException">The bytes are no JSON object.</exception>
    public static StrictJson Parse(ReadOnlyMemory<byte> utf8, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { AllowDuplicateProperties = false });
            RequireUnicode(document.RootElement);
            JsonElement root = document.RootElement.Clone();
            return root.ValueKind == JsonValueKind.Object
                ? new StrictJson(root, file, "")
                : throw new InvalidDataException($"{file} must hold a JSON object, but holds {Shown(root)}.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file} is not valid JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // The parser converts text when it is asked for it, and not before.
            throw new InvalidDataException($"{file} must hold text in Unicode, but has half of a surrogate pair.", exception);
        }
    }

    public bool Contains(string field) => json.TryGetProperty(field, out _);

    public long Integer(string field, long minimum, long maximum) =>
        Value(field) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) &&
        number >= minimum && number <= maximum
            ? number
            : throw Error(field, $"a whole number from {minimum} to {maximum}");

    public string Text(string field) =>
        Value(field) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Error(field, "text");

    /// <summary>Text, or null where the field is null; the field must be there.</summary>
    public string? TextOrNull(string field) => Value(field) switch
    {
        { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        _ => throw Error(field, "text or null"),
    };

    public StrictJson Object(string field) =>
        Value(field) is { ValueKind: JsonValueKind.Object } value
            ? new StrictJson(value, file, $"{prefix}{field}.")
            : throw Error(field, "an object");

    /// <summary>All fields as texts.</summary>
    public SortedDictionary<string, string> Texts() => new(Names.ToDictionary(name => name, Text), StringComparer.Ordinal);

    /// <summary>Refuses a field that is not one of these.</summary>
    public void RequireOnly(params ReadOnlySpan<string> known)
    {
        foreach (string name in Names)
        {
            if (!known.Contains(name)) throw new InvalidDataException($"{file}: {prefix}{name} is not a field that is known here.");
        }
    }

    public InvalidDataException Error(string field, string expected) =>
        new($"{file}: {prefix}{field} must be {expected}, but is {(Value(field) is { } value ? Shown(value) : "absent")}.");

    private JsonElement? Value(string field) => json.TryGetProperty(field, out JsonElement value) ? value : null;

    private static string Shown(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 60 ? text : $"{text[..60]}…";
    }

    private static void RequireUnicode(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray()) RequireUnicode(item);
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    _ = property.Name;
                    RequireUnicode(property.Value);
                }

                break;
        }
    }
}
