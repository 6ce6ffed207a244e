using System.Collections.Immutable;
using System.Text.Json;

namespace Ddpm.Core;

/// <summary>
/// Reads a JSON object strictly. Damaged JSON, a name that occurs twice, text that is not valid Unicode and values of another type or out
/// of range end in one <see cref="InvalidDataException"/> that names the file, the field, what was expected and what was found. Nothing is
/// converted: 8.0, "8" and true are no whole numbers. Knows which fields were read, so that the others can be reported.
/// </summary>
internal sealed class ConfigurationReader
{
    /// <summary>The largest file by default: 4 MiB.</summary>
    public const int DefaultLimit = 4 << 20;

    private readonly JsonElement json;
    private readonly string prefix;
    private readonly HashSet<string> read = [];

    private ConfigurationReader(JsonElement json, string source, string prefix)
    {
        this.json = json;
        Source = source;
        this.prefix = prefix;
    }

    /// <summary>Gets the file, as messages name it.</summary>
    public string Source { get; }

    /// <summary>Gets the names of the fields, in the order of the file.</summary>
    public IEnumerable<string> Fields => json.EnumerateObject().Select(property => property.Name);

    /// <summary>Gets the fields that were not read, as "file: field = value". Names that begin with an underscore are left out.</summary>
    public IEnumerable<string> Unread => json.EnumerateObject()
        .Where(property => !read.Contains(property.Name) && !property.Name.StartsWith('_'))
        .Select(property => $"{Source}: {StrictJson.Line(prefix + property.Name)} = {StrictJson.Raw(property.Value)}");

    /// <summary>Reads a file of statistics.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes that it may have. Range: ≥ 1.</param>
    /// <returns>The object.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file is no regular one, is too large, or holds no strict JSON object.</exception>
    public static ConfigurationReader Open(string path, int limit = DefaultLimit) => Parse(RegularFile.ReadAllBytes(path, limit), path);

    /// <summary>Reads a file that holds a list of numbers and nothing else.</summary>
    /// <param name="path">The file.</param>
    /// <param name="minimum">The smallest that is valid.</param>
    /// <param name="longest">The most entries.</param>
    /// <returns>The numbers, one at least; all finite.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file is no regular one, is too large, or holds something else.</exception>
    public static ImmutableArray<double> OpenNumbers(string path, double minimum, int longest)
    {
        JsonElement root = StrictJson.Parse(RegularFile.ReadAllBytes(path, DefaultLimit), path);
        if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() is 0 || root.GetArrayLength() > longest)
        {
            throw new InvalidDataException($"{path} must hold a list of 1 to {longest} numbers, but holds {StrictJson.Shown(root)}.");
        }

        return
        [
            .. root.EnumerateArray().Select((item, i) => Number(item, minimum, double.MaxValue) ?? throw new InvalidDataException(
                $"{path}: entry {i} must be {NumberExpected(minimum, double.MaxValue)}, but is {StrictJson.Shown(item)}.")),
        ];
    }

    /// <summary>Reads bytes.</summary>
    /// <param name="utf8">JSON in UTF-8, with or without a byte order mark.</param>
    /// <param name="source">What messages call the bytes.</param>
    /// <returns>The object.</returns>
    /// <exception cref="InvalidDataException">The bytes hold no strict JSON object.</exception>
    public static ConfigurationReader Parse(ReadOnlyMemory<byte> utf8, string source)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        JsonElement root = StrictJson.Parse(utf8, source);
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException($"{source} must hold a JSON object, but holds {StrictJson.Shown(root)}.");
        }
        return new ConfigurationReader(root, source, "");
    }

    /// <summary>Returns whether a field is there, perhaps as null.</summary>
    /// <param name="field">The field's name.</param>
    /// <returns>Whether it is there.</returns>
    public bool Contains(string field) => Find(field) is not null;

    /// <summary>Returns whether a field is absent or null.</summary>
    /// <param name="field">The field's name.</param>
    /// <returns>Whether it is absent or null.</returns>
    public bool IsNull(string field) => Find(field) is not { } value || value.ValueKind == JsonValueKind.Null;

    /// <summary>Returns whether a field is a list.</summary>
    /// <param name="field">The field's name.</param>
    /// <returns>Whether it is a list.</returns>
    public bool IsList(string field) => Find(field) is { ValueKind: JsonValueKind.Array };

    /// <summary>Reads text.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="fallback">What an absent field means; null where it must be there.</param>
    /// <param name="whenNull">What null means; null where it is refused.</param>
    /// <returns>The text.</returns>
    /// <exception cref="InvalidDataException">The field is something else.</exception>
    public string Text(string field, string? fallback = null, string? whenNull = null)
    {
        if (Find(field) is not { } value) return fallback ?? throw Missing(field);
        if (value.ValueKind == JsonValueKind.Null && whenNull is not null) return whenNull;
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Error(field, "text");
    }

    /// <summary>Reads text, or a number as the file writes it.</summary>
    /// <param name="field">The field's name.</param>
    /// <returns>The text.</returns>
    /// <exception cref="InvalidDataException">The field is something else, or is absent.</exception>
    public string TextOrNumber(string field) => Find(field) switch
    {
        null => throw Missing(field),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        _ => throw Error(field, "text or a number"),
    };

    /// <summary>Reads true or false.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="fallback">What an absent field means; null where it must be there.</param>
    /// <param name="whenNull">What null means; null where it is refused.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidDataException">The field is something else.</exception>
    public bool Flag(string field, bool? fallback = null, bool? whenNull = null)
    {
        if (Find(field) is not { } value) return fallback ?? throw Missing(field);
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null when whenNull is { } meaning => meaning,
            _ => throw Error(field, "true or false"),
        };
    }

    /// <summary>Reads a whole number.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="minimum">The smallest that is valid.</param>
    /// <param name="maximum">The largest that is valid.</param>
    /// <param name="fallback">What an absent field means; null where it must be there.</param>
    /// <returns>The number of losses.</returns>
    /// <exception cref="InvalidDataException">The field is something else.</exception>
    public long WholeNumber(string field, long minimum, long maximum, long? fallback = null)
    {
        if (Find(field) is not { } value) return fallback ?? throw Missing(field);
        return WholeNumber(value, minimum, maximum) ?? throw Error(field, $"a whole number from {minimum} to {maximum}");
    }

    /// <summary>Reads a whole number, or none.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="minimum">The smallest that is valid.</param>
    /// <param name="maximum">The largest that is valid.</param>
    /// <returns>The number; null where the field is absent or null.</returns>
    /// <exception cref="InvalidDataException">The field is something else.</exception>
    public long? OptionalWholeNumber(string field, long minimum, long maximum)
    {
        if (Find(field) is not { } value || value.ValueKind == JsonValueKind.Null) return null;
        return WholeNumber(value, minimum, maximum) ?? throw Error(field, $"null or a whole number from {minimum} to {maximum}");
    }

    /// <summary>Reads a number.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="minimum">The smallest that is valid.</param>
    /// <param name="maximum">The largest that is valid.</param>
    /// <param name="fallback">What an absent field means; null where it must be there.</param>
    /// <returns>The number of losses.</returns>
    /// <exception cref="InvalidDataException">The field is something else.</exception>
    public double Number(string field, double minimum = double.MinValue, double maximum = double.MaxValue, double? fallback = null)
    {
        if (Find(field) is not { } value) return fallback ?? throw Missing(field);
        return Number(value, minimum, maximum) ?? throw Error(field, NumberExpected(minimum, maximum));
    }

    /// <summary>Reads a list of whole numbers.</summary>
    /// <param name="field">The field's name, which must be there.</param>
    /// <param name="minimum">The smallest that is valid.</param>
    /// <param name="maximum">The largest that is valid.</param>
    /// <param name="longest">The most entries.</param>
    /// <returns>The numbers.</returns>
    /// <exception cref="InvalidDataException">The field is something else.</exception>
    public ImmutableArray<long> WholeNumbers(string field, long minimum, long maximum, int longest) =>
        List(field, longest, $"whole numbers from {minimum} to {maximum}", value => WholeNumber(value, minimum, maximum));

    /// <summary>Reads a list of numbers.</summary>
    /// <param name="field">The field's name, which must be there.</param>
    /// <param name="minimum">The smallest that is valid.</param>
    /// <param name="maximum">The largest that is valid.</param>
    /// <param name="longest">The most entries.</param>
    /// <returns>The numbers.</returns>
    /// <exception cref="InvalidDataException">The field is something else.</exception>
    public ImmutableArray<double> Numbers(string field, double minimum, double maximum, int longest) =>
        List(field, longest, $"numbers from {minimum} to {maximum}", value => Number(value, minimum, maximum));

    /// <summary>Reads a list of texts.</summary>
    /// <param name="field">The field's name, which must be there.</param>
    /// <param name="longest">The most entries.</param>
    /// <returns>The texts.</returns>
    /// <exception cref="InvalidDataException">The field is something else.</exception>
    public ImmutableArray<string> Texts(string field, int longest)
    {
        JsonElement list = Find(field, longest, "texts");
        return [.. list.EnumerateArray().Select((item, i) => Text(item) ?? throw Entry(field, "texts", item, i))];
    }

    /// <summary>Reads an object within this one.</summary>
    /// <param name="field">The field's name, which must be there.</param>
    /// <returns>The object; its fields are named "field.inner".</returns>
    /// <exception cref="InvalidDataException">The field is something else.</exception>
    public ConfigurationReader Nested(string field)
    {
        JsonElement value = Find(field) ?? throw Missing(field);
        return value.ValueKind == JsonValueKind.Object ? new ConfigurationReader(value, Source, $"{prefix}{field}.")
            : throw Error(field, "an object");
    }

    /// <summary>Reads text that must be one of several.</summary>
    /// <typeparam name="T">What a text means.</typeparam>
    /// <param name="field">The field's name.</param>
    /// <param name="choices">The texts and what each means.</param>
    /// <param name="fallback">The text that an absent field stands for; null where it must be there.</param>
    /// <param name="whenNull">The text that null stands for; null where it is refused.</param>
    /// <returns>The meaning.</returns>
    /// <exception cref="InvalidDataException">The field is something else.</exception>
    public T Choice<T>(string field, IReadOnlyList<(string Text, T Meaning)> choices, string? fallback = null, string? whenNull = null)
    {
        ArgumentNullException.ThrowIfNull(choices);
        bool isText = Find(field) is not { } value || value.ValueKind is JsonValueKind.String or JsonValueKind.Null;
        string text = isText ? Text(field, fallback, whenNull ?? "") : "";
        foreach ((string known, T meaning) in choices)
        {
            if (known == text) return meaning;
        }

        string[] names = [.. choices.Select(choice => choice.Text)];
        throw Error(field, names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}");
    }

    /// <summary>Returns the error of a field that is there and not as it must be.</summary>
    /// <param name="field">The field's name.</param>
    /// <param name="expected">What it must be, after "must be".</param>
    /// <returns>The error, for the caller to throw.</returns>
    public InvalidDataException Error(string field, string expected)
    {
        string actual = Find(field) is { } value ? StrictJson.Shown(value) : "absent";
        return new($"{Source}: {StrictJson.Line(prefix + field)} must be {expected}, but is {actual}.");
    }

    private InvalidDataException Missing(string field) => new($"{Source}: {StrictJson.Line(prefix + field)} is missing.");

    private JsonElement? Find(string field)
    {
        read.Add(field);
        return json.TryGetProperty(field, out JsonElement value) ? value : null;
    }

    private JsonElement Find(string field, int longest, string expected)
    {
        JsonElement list = Find(field) ?? throw Missing(field);
        bool valid = list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= longest;
        return valid ? list : throw Error(field, $"a list of at most {longest} {expected}");
    }

    private ImmutableArray<T> List<T>(string field, int longest, string expected, Func<JsonElement, T?> convert)
        where T : struct =>
        [.. Find(field, longest, expected).EnumerateArray().Select((item, i) => convert(item) ?? throw Entry(field, expected, item, i))];

    private InvalidDataException Entry(string field, string expected, JsonElement item, int i) =>
        new($"{Source}: {StrictJson.Line(prefix + field)} must be a list of {expected}, but has {StrictJson.Shown(item)} at "
            + $"place {i}.");

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? WholeNumber(JsonElement value, long minimum, long maximum) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long n) && n >= minimum && n <= maximum ? n : null;

    private static double? Number(JsonElement value, double minimum, double maximum) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double x) && x >= minimum && x <= maximum ? x : null;

    private static string NumberExpected(double minimum, double maximum) => (minimum, maximum) switch
    {
        (double.MinValue, double.MaxValue) => "a finite number",
        (_, double.MaxValue) => $"a finite number, at least {minimum}",
        _ => $"a number from {minimum} to {maximum}",
    };
}
