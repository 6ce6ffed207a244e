using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>Between <see cref="MlpOptions"/> and a config.json in words of this library: diffusers has no such network.</summary>
internal static class MlpConfiguration
{
    public const string ClassName = "Mlp";

    private const string Dimensions = "dimensions", Outputs = "outputs", Width = "width", Blocks = "blocks";
    private const string TimeChannels = "time_channels", Dropout = "dropout";

    // What exceeds them is a mistake, or made to exhaust the machine.
    private const int MostWidth = 1_000_000, MostBlocks = 1_024;

    /// <summary>The configuration of a network.</summary>
    public static JsonObject Write(MlpOptions options) => new()
    {
        ["_class_name"] = ClassName,
        [Dimensions] = options.Dimensions,
        [Outputs] = options.Outputs,
        [Width] = options.Width,
        [Blocks] = options.Blocks,
        [TimeChannels] = options.TimeChannels,
        [Dropout] = options.Dropout,
    };

    /// <summary>Reads and checks a configuration.</summary>
    /// <exception cref="InvalidDataException">A field is missing, damaged or out of range.</exception>
    public static MlpOptions Read(ConfigurationReader reader)
    {
        double dropout = reader.Number(Dropout, 0, 1, 0);
        if (dropout >= 1) throw reader.Error(Dropout, "less than 1");
        return new MlpOptions
        {
            Dimensions = (int)reader.WholeNumber(Dimensions, 1, MostWidth),
            Outputs = (int?)reader.OptionalWholeNumber(Outputs, 1, MostWidth),
            Width = (int)reader.WholeNumber(Width, 1, MostWidth),
            Blocks = (int)reader.WholeNumber(Blocks, 1, MostBlocks),
            TimeChannels = (int)reader.WholeNumber(TimeChannels, 4, MostWidth),
            Dropout = dropout,
        };
    }
}
