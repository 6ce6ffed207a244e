using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddpm.Training;

/// <summary>Metrics as JSON Lines: an object for each step, with its number as step. What is no number is left out.</summary>
public sealed class JsonLinesMetrics : IMetricWriter
{
    private readonly RecordFile file;

    /// <summary>Opens the file at the next run: a new run begins it, a resumed run continues it.</summary>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    public JsonLinesMetrics(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        file = new RecordFile(path);
    }

    /// <inheritdoc/>
    public void Begin(long trainingStep)
    {
        long kept = 0;
        foreach ((string line, long end) in RecordFile.Lines(file.Contents))
        {
            if (StepOf(line) is not { } step || step > trainingStep) break;
            kept = end;
        }

        file.Open(kept);
    }

    /// <inheritdoc/>
    public void Write(long trainingStep, IReadOnlyList<KeyValuePair<string, double>> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        var row = new JsonObject { ["step"] = trainingStep };
        foreach ((string name, double value) in metrics)
        {
            if (double.IsFinite(value)) row[name] = value;
        }

        file.Add(row.ToJsonString());
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    private static long? StepOf(string line)
    {
        try
        {
            return (long?)(JsonNode.Parse(line) as JsonObject)?["step"];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
