using System.Text.Json;

namespace Ddpm.Hosting;

/// <summary>Reads the fields of a request one by one, and notes what is wrong with each instead of stopping at the first.</summary>
internal sealed class RequestFields
{
    private readonly Dictionary<string, RequestValue> fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private readonly HashSet<string> nulls = new(StringComparer.Ordinal);
    private readonly bool areProperties;

    /// <summary>The fields of a JSON object, each of which occurs once.</summary>
    public RequestFields(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            Errors.Add(new FieldError("The body", "a JSON object", RequestValue.Of(body).Shown));
            return;
        }

        foreach (JsonProperty property in body.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Null) fields.Add(property.Name, RequestValue.Of(property.Value));
            else nulls.Add(property.Name);
        }
    }

    /// <summary>The properties of a request.</summary>
    public RequestFields(SampleRequest request)
    {
        areProperties = true;
        Add("sampler", request.Sampler, RequestValue.Of);
        Add("spacing", request.Spacing, RequestValue.Of);
        AddWhole("steps", request.Steps);
        AddWhole("count", request.Count);
        AddWhole("seed", request.Seed);
        AddWhole("toSeed", request.ToSeed);
        AddWhole("width", request.Width);
        AddWhole("height", request.Height);
        AddWhole("previewEvery", request.PreviewEvery);
        AddWhole("resamples", request.Resamples);
        AddWhole("stepsPerLevel", request.StepsPerLevel);
        AddReal("eta", request.Eta);
        AddReal("signalToNoise", request.SignalToNoise);
        AddReal("guidance", request.Guidance);
        Add("guidanceInterval", request.GuidanceInterval, RequestValue.Of);
        AddReal("strength", request.Strength);
        Add("label", request.Labels, RequestValue.Of);
        AddFile("image", request.Image);
        AddFile("toImage", request.ToImage);
        AddFile("mask", request.Mask);
        Add("conditions", request.Conditions, RequestValue.Of);
        Add("keptConditions", request.KeptConditions, RequestValue.Of);
    }

    /// <summary>Gets what is wrong.</summary>
    public List<FieldError> Errors { get; } = [];

    /// <summary>Returns whether a field is given.</summary>
    public bool Has(string name) => fields.ContainsKey(name);

    public long? Whole(string name, long minimum, long maximum) => Read<long?>(
        name, $"a whole number from {minimum} to {maximum}",
        value => value.Whole >= minimum && value.Whole <= maximum ? value.Whole : null);

    public long? Multiple(string name, int of, int maximum) => Read<long?>(
        name, $"a multiple of {of} from {of} to {maximum / of * of}",
        value => value.Whole > 0 && value.Whole <= maximum && value.Whole % of == 0 ? value.Whole : null);

    public double? Real(string name, double minimum, double maximum) => Read<double?>(
        name, $"a number from {minimum} to {maximum}", value => value.Real >= minimum && value.Real <= maximum ? value.Real : null);

    public double? Share(string name) =>
        Read<double?>(name, "a number above 0 and at most 1", value => value.Real is > 0 and <= 1 ? value.Real : null);

    public T? OneOf<T>(string name, IReadOnlyList<T> choices, Func<T, string> nameOf)
        where T : class =>
        Read(name, $"one of {string.Join(", ", choices.Select(nameOf))}", value =>
            value.Text is { } text ? choices.FirstOrDefault(choice => nameOf(choice) == text) : null);

    /// <summary>Reads what another function understands, which throws <see cref="InvalidDataException"/> with what the value is.</summary>
    public T? Parsed<T>(string name, string expected, Func<RequestValue, T?> parse)
        where T : class
    {
        try
        {
            return Read(name, expected, parse);
        }
        catch (InvalidDataException exception)
        {
            Errors.Add(new FieldError(Shown(name), expected, exception.Message));
            return null;
        }
    }

    /// <summary>Notes a field that may not be given here.</summary>
    public void Forbid(string name, string expected) => Read<object>(name, expected, _ => null);

    /// <summary>Notes what is wrong with a field's value beside others.</summary>
    public void Fault(string name, string expected) =>
        Errors.Add(new FieldError(Shown(name), expected, fields.TryGetValue(name, out RequestValue? value) ? value.Shown : "absent"));

    /// <summary>Notes what is wrong with an entry of a field.</summary>
    public void Fault(string name, string entry, string expected, string actual)
    {
        string line = RequestValue.Line(entry);
        Errors.Add(new FieldError(areProperties ? $"{Shown(name)}[\"{line}\"]" : $"{name}.{line}", expected, actual));
    }

    /// <summary>Notes every unknown field: a misspelt name must not pass for a default.</summary>
    public void RefuseOthers()
    {
        foreach (string name in fields.Keys.Concat(nulls).Where(name => !known.Contains(name)))
        {
            Errors.Add(new FieldError(
                "The body", $"made of the fields {string.Join(", ", known)}", $"given {RequestValue.Line(name)} too"));
        }
    }

    /// <summary>Returns a field as the caller names it.</summary>
    public string Shown(string name) => !areProperties ? name
        : name == "label" ? nameof(SampleRequest.Labels)
        : char.ToUpperInvariant(name[0]) + name[1..];

    private T? Read<T>(string name, string expected, Func<RequestValue, T?> read)
    {
        known.Add(name);
        if (!fields.TryGetValue(name, out RequestValue? given)) return default;
        T? value = read(given);
        if (value is null) Errors.Add(new FieldError(Shown(name), expected, given.Shown));
        return value;
    }

    private void Add<T>(string name, T? value, Func<T, RequestValue> convert)
        where T : class
    {
        if (value is not null) fields.Add(name, convert(value));
    }

    private void AddWhole(string name, long? value)
    {
        if (value is { } given) fields.Add(name, RequestValue.Of(given));
    }

    private void AddReal(string name, double? value)
    {
        if (value is { } given) fields.Add(name, RequestValue.Of(given));
    }

    private void AddFile(string name, ReadOnlyMemory<byte>? value)
    {
        if (value is { } given) fields.Add(name, RequestValue.Of(given));
    }
}
