using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Inspection;

/// <summary>A process and a network in words and numbers.</summary>
internal static class Description
{
    public static JsonObject Of(ReverseDiffusion process)
    {
        DiffusionCoefficients coefficients = process.Coefficients;
        IVarianceSchedule schedule = coefficients.Schedule;
        return new JsonObject
        {
            ["schedule"] = schedule is ZeroTerminalSnrSchedule zero
                ? $"{Name(zero.Original, "Schedule")}, rescaled to zero terminal SNR"
                : Name(schedule, "Schedule"),
            ["timesteps"] = coefficients.Timesteps,
            ["beta_first"] = schedule.Beta(0),
            ["beta_last"] = schedule.Beta(coefficients.Timesteps - 1),
            ["alpha_bar_last"] = coefficients.AlphaBars[^1],
            ["prediction"] = process.Options.Prediction.Name,
            ["variance"] = process.Options.Variance.Name,
            ["clipping"] = ReferenceEquals(process.Options.Clipping, X0Clipping.Unit)
                ? "-1 … 1"
                : ReferenceEquals(process.Options.Clipping, X0Clipping.None) ? "none" : Name(process.Options.Clipping, "Clipping"),
        };
    }

    public static JsonObject Of(UNetOptions network) => new()
    {
        ["type"] = "U-Net",
        ["size"] = network.IsSignal ? $"{network.Height}" : $"{network.Height}×{network.Width}",
        ["in_channels"] = network.InChannels,
        ["out_channels"] = network.OutChannels,
        ["channels"] = Numbers(network.ChannelMultipliers.Select(multiplier => multiplier * network.BaseChannels)),
        ["blocks_per_level"] = network.BlocksPerLevel,
        ["attention"] = Numbers(network.AttentionResolutions),
        ["groups"] = network.NormGroups,
        ["dropout"] = network.Dropout,
        ["classes"] = network.ClassCount ?? 0,
        ["null_label"] = network.ClassCount is not null && network.NullLabel,
        ["parameters"] = UNet.CountParameters(network),
    };

    /// <summary>An element type as programs of PyTorch call it.</summary>
#pragma warning disable CA1308 // The names are lower case.
    public static string Type(ScalarType type) => type == ScalarType.Byte ? "uint8" : type.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    // LinearSchedule → linear
    private static string Name(object thing, string suffix) =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(thing.GetType().Name.Replace(suffix, "", StringComparison.Ordinal));

    private static JsonArray Numbers(IEnumerable<int> numbers) => [.. numbers.Select(number => JsonValue.Create(number))];
}
