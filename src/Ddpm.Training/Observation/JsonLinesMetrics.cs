using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddpm.Training;

/// <summary>Writes metrics as JSON Lines: an object for each step, with its number as step. NaN values are left out.</summary>
public sealed class JsonLinesMetrics : IExclusiveWriter
{
    private readonly RecordFile file;

    /// <summary>Creates a writer that opens the file at the next run: a new run starts the file, a resumed run continues it.</summary>
    /// <param name="path">The file; its folder is created if it does not exist.</param>
    public JsonLinesMetrics(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        file = new RecordFile(path);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">A row is damaged; the file has not changed.</exception>
    public void Begin(long trainingStep) => file.Open(file.EndOfRows(file.Contents, 0, trainingStep, StepOf));

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

    /// <inheritdoc/>
    IDisposable IExclusiveWriter.Take() => file.Take();

    private static long? StepOf(string line)
    {
        try
        {
            var row = JsonNode.Parse(line) as JsonObject;
            return row is not null && row.All(metric => metric.Value?.GetValueKind() == JsonValueKind.Number) ? (long?)row["step"] : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
