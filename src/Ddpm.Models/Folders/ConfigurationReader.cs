using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddpm.Models;

/// <summary>Reads the fields of a configuration with errors that name the field.</summary>
internal sealed class ConfigurationReader(JsonObject json, string file)
{
    /// <summary>A field's value; the default where it is absent or null.</summary>
    public T Get<T>(string field, T fallback)
    {
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
}
