using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>The conditions of a network in its config.json: an object with the kind and the channels of each, by its name.</summary>
internal static class ConditionsConfiguration
{
    public const string Field = "conditions";

    private const string Channels = "channels", Kind = "kind", Spatial = "spatial", Vector = "vector";

    /// <summary>Returns the conditions as an object.</summary>
    public static JsonObject Write(IEnumerable<NetworkCondition> conditions) => new(conditions.Select(condition =>
        KeyValuePair.Create<string, JsonNode?>(condition.Name, new JsonObject
        {
            [Kind] = condition.IsVector ? Vector : Spatial,
            [Channels] = condition.Channels,
        })));

    /// <summary>Reads the conditions; none where the field is absent.</summary>
    /// <exception cref="InvalidDataException">The field is damaged.</exception>
    public static ImmutableArray<NetworkCondition> Read(ConfigurationReader reader)
    {
        if (reader.IsNull(Field)) return [];
        ConfigurationReader all = reader.Nested(Field);
        return [.. all.Fields.Select(name => One(name, all))];
    }

    private static NetworkCondition One(string name, ConfigurationReader all)
    {
        ConfigurationReader one = all.Nested(name);
        int channels = (int)one.WholeNumber(Channels, 1, UNetConfiguration.MostChannels);
        bool vector = one.Choice(Kind, [(Spatial, false), (Vector, true)]);
        try
        {
            return vector ? NetworkCondition.Vector(name, channels) : NetworkCondition.Spatial(name, channels);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{all.Source}: {Field}: {ArgumentMessage.Of(exception)}", exception);
        }
    }
}
