using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Cli.Output;

namespace Ddpm.Cli.Inspection;

/// <summary>JSON as the rows of a table: process.timesteps | 1,000.</summary>
internal static class Rows
{
    public static IEnumerable<IReadOnlyList<string>> Of(JsonObject json) => Of(json, "");

    private static IEnumerable<IReadOnlyList<string>> Of(JsonObject json, string prefix)
    {
        foreach ((string key, JsonNode? value) in json)
        {
            switch (value)
            {
                case JsonObject part:
                    foreach (IReadOnlyList<string> row in Of(part, $"{prefix}{key}.")) yield return row;
                    break;
                case JsonArray list when list.Count > 0 && list.All(item => item is JsonObject):
                    foreach (JsonNode? item in list) yield return File(item!.AsObject());
                    break;
                case JsonArray { Count: 0 } or null:
                    yield return [prefix + key, "none"];
                    break;
                case JsonArray list:
                    yield return [prefix + key, string.Join(", ", list.Select(Text))];
                    break;
                default:
                    yield return [prefix + key, Text(value)];
                    break;
            }
        }
    }

    private static IReadOnlyList<string> File(JsonObject file)
    {
        string size = Amount.Bytes(file["bytes"]!.GetValue<long>());
        return
        [
            (string)file["name"]!,
            file["types"] is JsonObject types
                ? $"{size}: {Text(file["parameters"])} numbers, "
                    + string.Join(", ", types.Select(type =>
                        Amount.Of((int)type.Value!, $"tensor of {type.Key}", $"tensors of {type.Key}")))
                : size,
        ];
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "none",
        JsonValue number when number.GetValueKind() == JsonValueKind.Number => Number(number.ToJsonString()),
        JsonValue flag when flag.GetValueKind() == JsonValueKind.True => "yes",
        JsonValue flag when flag.GetValueKind() == JsonValueKind.False => "no",
        _ => value.ToString() is { Length: > 0 } text ? text : "none",
    };

    private static string Number(string json) =>
        long.TryParse(json, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole)
        ? whole.ToString("N0", CultureInfo.InvariantCulture)
        : double.Parse(json, CultureInfo.InvariantCulture).ToString("G6", CultureInfo.InvariantCulture);
}
