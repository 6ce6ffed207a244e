using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Models;

namespace Ddpm.Cli.ModelFolders;

/// <summary>A process and a network in words and numbers.</summary>
internal static class Description
{
    // In the order of PyTorch's own numbers for them.
    private static readonly ImmutableArray<(SafetensorsType Type, string Name)> Types =
    [
        (SafetensorsType.U8, "uint8"), (SafetensorsType.I8, "int8"), (SafetensorsType.I16, "int16"), (SafetensorsType.I32, "int32"),
        (SafetensorsType.I64, "int64"), (SafetensorsType.F16, "float16"), (SafetensorsType.F32, "float32"),
        (SafetensorsType.F64, "float64"), (SafetensorsType.BOOL, "bool"), (SafetensorsType.BF16, "bfloat16"),
    ];

    public static JsonObject Of(ProcessDescription process)
    {
        var coefficients = new DiffusionCoefficients(process.Schedule);
        IVarianceSchedule schedule = process.Schedule;
        return new JsonObject
        {
            ["schedule"] = schedule is ZeroTerminalSnrSchedule zero
                ? $"{Name(zero.Original)}, rescaled to zero terminal SNR"
                : Name(schedule),
            ["timesteps"] = coefficients.Timesteps,
            ["trained_timesteps"] = process.Timesteps is { } trained ? Numbers(trained) : null,
            ["beta_first"] = schedule.Beta(0),
            ["beta_last"] = schedule.Beta(coefficients.Timesteps - 1),
            ["alpha_bar_last"] = coefficients.AlphaBars[^1],
            ["prediction"] = Prediction(process.Prediction),
            ["variance"] = Variance(process.Variance),
            ["clipping"] = Clipping(process.Clipping),
        };
    }

    public static JsonObject Of(UNetOptions network)
    {
        NetworkGraph graph = NetworkGraph.Of(new UNetDescription(network));
        return new JsonObject
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
            ["class_names"] = network.ClassNames is { } names ? new JsonArray([.. names.Select(name => JsonValue.Create(name))]) : null,
            ["null_label"] = network.ClassCount is not null && network.NullLabel,
            ["conditions"] = network.Conditions.IsEmpty ? null : ConditionsConfiguration.Write(network.Conditions),
            ["parameters"] = graph.Parameters.Sum(parameter => parameter.Count),
            ["flops"] = NetworkWork.Flops(graph, (double)network.Height * (network.IsSignal ? 1 : network.Width)),
        };
    }

    /// <summary>A process's prediction, by its name in scheduler_config.json, as programs of this library call it.</summary>
    public static string Prediction(string name) => name switch
    {
        "sample" => "x0",
        "v_prediction" => "v",
        _ => name.Replace('_', '-'),
    };

    /// <summary>A process's variance, by its name in scheduler_config.json, as programs of this library call it.</summary>
    public static string Variance(string name) => name == "learned_log" ? "learned" : name.Replace('_', '-');

    /// <summary>An element type as programs of PyTorch call it.</summary>
    public static string Type(SafetensorsType type) => Types.First(known => known.Type == type).Name;

    /// <summary>The place of an element type in a list.</summary>
    public static int Order(SafetensorsType type) => Types.IndexOf(Types.First(known => known.Type == type));

    private static string Clipping(ClippingDescription clipping) =>
        clipping == ClippingDescription.Unit ? "-1 … 1"
        : clipping == ClippingDescription.None ? "none"
        : clipping.Quantile is null ? "static" : "dynamic-thresholding";

    // LinearSchedule → linear
    private static string Name(IVarianceSchedule schedule) =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(schedule.GetType().Name.Replace("Schedule", "", StringComparison.Ordinal));

    private static JsonArray Numbers(IEnumerable<int> numbers) => [.. numbers.Select(number => JsonValue.Create(number))];
}
