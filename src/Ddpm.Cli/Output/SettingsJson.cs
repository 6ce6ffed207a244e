using System.Globalization;
using System.Text.Json.Nodes;

namespace Ddpm.Cli.Output;

/// <summary>Settings as JSON: numbers as numbers. Their names say which are, so that a folder named 7 stays a text.</summary>
internal static class SettingsJson
{
    private static readonly string[] Numbers =
    [
        "steps", "seed", "eta", "guidance", "guidance-rescale", "batch-size", "images", "examples", "draws", "splits", "probes",
        "signal-to-noise", "steps-per-level",
    ];

    /// <summary>Gives the settings.</summary>
    public static JsonObject Of(IEnumerable<KeyValuePair<string, string>> settings) =>
        new(settings.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Value(pair.Key, pair.Value))));

    /// <summary>Gives settings that a program chose, such as those of a checkpoint: what looks like a number or a flag is one.</summary>
    public static JsonObject OfProgram(IEnumerable<KeyValuePair<string, string>> settings) =>
        new(settings.Select(pair => KeyValuePair.Create(
            pair.Key,
            (JsonNode?)(bool.TryParse(pair.Value, out bool flag) ? JsonValue.Create(flag) : Number(pair.Value)))));

    private static JsonValue Value(string name, string text) =>
        Numbers.Any(number => name == number || name.EndsWith("-" + number, StringComparison.Ordinal))
            ? Number(text)
            : JsonValue.Create(text);

    private static JsonValue Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? JsonValue.Create(whole)
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) && double.IsFinite(real)
            ? JsonValue.Create(real)
        : JsonValue.Create(text);
}
