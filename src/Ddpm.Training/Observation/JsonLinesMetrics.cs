using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddpm.Training;

/// <summary>Metrics as JSON Lines: an object for each step, with its number as step. What is no number is left out.</summary>
public sealed class JsonLinesMetrics : IMetricWriter
{
    private readonly MetricRows rows;

    /// <summary>Opens the file at the next run: a new run begins it, a resumed run continues it.</summary>
    /// <param name="path">The file; its folder is made where it does not exist.</param>
    public JsonLinesMetrics(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        rows = new MetricRows(path);
    }

    /// <inheritdoc/>
    public void Begin(long trainingStep) => rows.Open([.. rows.Lines.Where(line => Step(line) is { } row && row <= trainingStep)]);

    /// <inheritdoc/>
    public void Write(long trainingStep, IReadOnlyList<KeyValuePair<string, double>> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        var row = new JsonObject { ["step"] = trainingStep };
        foreach ((string name, double value) in metrics)
        {
            if (double.IsFinite(value)) row[name] = value;
        }

        rows.Add(row.ToJsonString());
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => rows.Dispose();

    private static long? Step(string line)
    {
        try
        {
            return (long?)(JsonNode.Parse(line) as JsonObject)?["step"];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
