using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddpm.Models;

/// <summary>Reads the fields of a configuration with errors that name the field, and knows which fields nobody asked for.</summary>
internal sealed class ConfigurationReader(JsonObject json, string file)
{
    private readonly HashSet<string> asked = [];

    /// <summary>The fields that nothing was made of, as "file: field = value"; those that begin with an underscore are diffusers' own.</summary>
    public IEnumerable<string> Ignored => json.Where(pair => !asked.Contains(pair.Key) && !pair.Key.StartsWith('_')).Select(pair => $"{file}: {pair.Key} = {pair.Value?.ToJsonString() ?? "null"}");

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string field)
    {
        asked.Add(field);
        return json[field] is not null;
    }

    /// <summary>Whether a field is there, perhaps as null.</summary>
    public bool Names(string field)
    {
        asked.Add(field);
        return json.ContainsKey(field);
    }

    /// <summary>A field's node; null where it is absent or null.</summary>
    public JsonNode? Node(string field)
    {
        asked.Add(field);
        return json[field];
    }

    /// <summary>A field's value; the default where it is absent or null.</summary>
    public T Get<T>(string field, T fallback)
    {
        asked.Add(field);
        if (!json.TryGetPropertyValue(field, out JsonNode? node) || node is null) return fallback;
        try
        {
            return node.Deserialize<T>() ?? fallback;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file}: {field} must be of type {typeof(T).Name}, but is {node.ToJsonString()}.", exception);
        }
    }

    /// <summary>A field's value, which must be there.</summary>
    public T Require<T>(string field) =>
        json[field] is null ? throw new InvalidDataException($"{file}: {field} is missing.") : Get<T>(field, default!);

    /// <summary>Throws where a field has another value than the only one that is supported.</summary>
    public void Expect<T>(string field, T expected)
    {
        T actual = Get(field, expected);
        if (!EqualityComparer<T>.Default.Equals(actual, expected)) throw new InvalidDataException($"{file}: {field} must be {expected}, but is {actual}; nothing else is supported.");
    }

    /// <summary>Throws where a field is there and not null.</summary>
    public void ExpectAbsent(string field)
    {
        if (Has(field)) throw new InvalidDataException($"{file}: {field} must be absent or null, but is {json[field]!.ToJsonString()}; it is not supported.");
    }
}
