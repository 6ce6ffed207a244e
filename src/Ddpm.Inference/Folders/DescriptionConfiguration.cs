using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// The config.json of a network whose description is a type of the user's program: what any description states, so that the folder
/// refuses another. The layers themselves are code, which the reader gives.
/// </summary>
internal static class DescriptionConfiguration
{
    public const string ClassName = "DescribedNetwork";

    private const string TypeField = "description", InChannels = "in_channels", Dimensions = "spatial_dimensions";
    private const string Classes = "class_count", NullLabel = "null_class_label";

    /// <summary>The configuration of a network.</summary>
    public static JsonObject Write(INetworkDescription description)
    {
        JsonObject json = Fields(description);
        if (description.Conditions.Count > 0) json[ConditionsConfiguration.Field] = ConditionsConfiguration.Write(description.Conditions);
        return json;
    }

    private static JsonObject Fields(INetworkDescription description) => new()
    {
        ["_class_name"] = ClassName,
        [TypeField] = description.GetType().Name,
        [InChannels] = description.InChannels,
        [Dimensions] = description.SpatialDimensions,
        [Classes] = description.ClassCount,
        [NullLabel] = description.HasNullLabel,
        [UNetConfiguration.ClassNamesField] = UNetConfiguration.Names(description.ClassNames),
    };

    /// <summary>Checks that a description is of the kind that was saved.</summary>
    /// <param name="reader">The configuration.</param>
    /// <param name="description">The description that the caller gives; null for none.</param>
    /// <exception cref="InvalidDataException">A field is missing or damaged.</exception>
    /// <exception cref="ArgumentException">There is no description, or it is of another kind.</exception>
    public static INetworkDescription Read(ConfigurationReader reader, INetworkDescription? description)
    {
        string type = reader.Text(TypeField);
        (string Name, long Saved, long? Given)[] numbers =
        [
            (nameof(description.InChannels), reader.WholeNumber(InChannels, 1, int.MaxValue), description?.InChannels),
            (nameof(description.SpatialDimensions), reader.WholeNumber(Dimensions, 0, 2), description?.SpatialDimensions),
            (nameof(description.ClassCount), reader.WholeNumber(Classes, 0, int.MaxValue), description?.ClassCount),
        ];
        reader.Flag(NullLabel);
        UNetConfiguration.Names(reader);
        if (description is null)
        {
            throw new ArgumentException(
                $"description must be given: {reader.Source} has a network that {type} describes, whose layers no file can hold.",
                nameof(description));
        }

        foreach ((string name, long saved, long? given) in numbers)
        {
            if (saved == given) continue;
            throw new ArgumentException($"description must have the {name} {saved}, as {reader.Source} says, but has {given}.",
                nameof(description));
        }

        ImmutableArray<NetworkCondition> conditions = ConditionsConfiguration.Read(reader);
        if (conditions.SequenceEqual(description.Conditions)) return description;
        throw new ArgumentException(
            $"description must have the {nameof(description.Conditions)} [{string.Join(", ", conditions)}], as {reader.Source} says, but "
            + $"has [{string.Join(", ", description.Conditions)}].",
            nameof(description));
    }
}
