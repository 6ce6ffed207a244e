using System.Text.Json;
using Ddpm.Core;

namespace Ddpm.Web;

/// <summary>Reads the fields of a JSON object one by one, and notes what is wrong with each instead of stopping at the first.</summary>
internal sealed class RequestFields
{
    // Whatever was sent comes back in the error: a line of it is enough.
    private const int LongestEcho = 60;
    private readonly Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    /// <summary>The fields of a body, each of which occurs once.</summary>
    public RequestFields(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            Errors.Add(new FieldError("The body", "a JSON object", Echo(body)));
            return;
        }

        foreach (JsonProperty property in body.EnumerateObject()) fields.Add(property.Name, property.Value);
    }

    public List<FieldError> Errors { get; } = [];

    public long? Whole(string name, long minimum, long maximum) =>
        Read<long?>(name, $"a whole number from {minimum} to {maximum}", element =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long value) && value >= minimum && value <= maximum
            ? value
            : null);

    /// <summary>A class by its number, or by its name where it has one.</summary>
    public int? Class(string name, int classes, ClassNames? names)
    {
        string named = names is null ? "" : $" or one of {names}";
        return Read<int?>(name, $"a whole number from 0 to {classes - 1}{named}", element => element.ValueKind switch
        {
            JsonValueKind.Number when element.TryGetInt32(out int label) && label >= 0 && label < classes => label,
            JsonValueKind.String => names?.Find(element.GetString()!),
            _ => null,
        });
    }

    public double? Real(string name, double minimum, double maximum) =>
        Read<double?>(name, $"a number from {minimum} to {maximum}", element =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && value >= minimum && value <= maximum
            ? value
            : null);

    public T? OneOf<T>(string name, IReadOnlyList<T> choices, Func<T, string> nameOf)
        where T : class =>
        Read(
            name,
            $"one of {string.Join(", ", choices.Select(nameOf))}",
            element =>
                element.ValueKind == JsonValueKind.String ? choices.FirstOrDefault(choice => nameOf(choice) == element.GetString()) : null);

    /// <summary>Notes a field that may not be given here.</summary>
    public void Forbid(string name, string expected) => Read<object>(name, expected, _ => null);

    /// <summary>Notes every unknown field: a misspelt name must not pass for a default.</summary>
    public void RefuseOthers()
    {
        foreach (string name in fields.Keys.Where(name => !known.Contains(name)))
        {
            Errors.Add(new FieldError("The body", $"made of the fields {string.Join(", ", known)}", $"given {Shorten(name)} too"));
        }
    }

    private T? Read<T>(string name, string expected, Func<JsonElement, T?> read)
    {
        known.Add(name);
        if (!fields.TryGetValue(name, out JsonElement element) || element.ValueKind == JsonValueKind.Null) return default;
        T? value = read(element);
        if (value is null) Errors.Add(new FieldError(name, expected, Echo(element)));
        return value;
    }

    private static string Echo(JsonElement element) => Shorten(element.GetRawText());

    private static string Shorten(string text) => StrictJson.Line(text, LongestEcho);
}

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">The field, as the caller named it.</param>
/// <param name="Expected">What it must be.</param>
/// <param name="Actual">What it is.</param>
internal sealed record FieldError(string Field, string Expected, string Actual)
{
    /// <summary>The same as a sentence.</summary>
    public string Message => $"{Field} must be {Expected}, but is {Actual}.";
}
