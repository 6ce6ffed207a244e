using System.Globalization;
using System.Text;

namespace Ddpm.Training;

/// <summary>
/// Metrics as comma-separated values: a line of names, then a line for each step; numbers as in any culture's spreadsheet import "en". An
/// empty field is no number.
/// </summary>
public sealed class CsvMetrics : IMetricWriter
{
    private const string Start = "step,";
    private readonly string path;
    private readonly RecordFile file;
    private string? header;

    /// <summary>Opens the file at the next run: a new run begins it, a resumed run continues it.</summary>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    public CsvMetrics(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.path = path;
        file = new RecordFile(path);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file is no metrics.</exception>
    public void Begin(long trainingStep)
    {
        byte[] contents = file.Contents;
        RequireMetrics(contents);
        long kept = 0;
        string? names = null;
        foreach ((string line, long end) in RecordFile.Lines(contents))
        {
            if (names is null)
            {
                names = line;
                continue;
            }

            if (line.Split(',').Length != names.Split(',').Length || StepOf(line) is not { } step || step > trainingStep) break;
            kept = end;
        }

        header = kept > 0 ? names : null;
        file.Open(kept);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The metrics are not those of the rows before.</exception>
    public void Write(long trainingStep, IReadOnlyList<KeyValuePair<string, double>> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        string names = string.Join(',', metrics.Select(metric => metric.Key).Prepend("step"));
        if (header is null) file.Add(header = names);
        if (names != header) throw new InvalidDataException($"{path} has the metrics {header}, but is given {names}.");
        string step = trainingStep.ToString(CultureInfo.InvariantCulture);
        file.Add(string.Join(',', metrics.Select(metric => Text(metric.Value)).Prepend(step)));
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    // A file of another kind is left alone; the names themselves may be torn.
    private void RequireMetrics(byte[] contents)
    {
        string start = Encoding.UTF8.GetString(contents.AsSpan(0, Math.Min(contents.Length, Start.Length)));
        if (Start.StartsWith(start, StringComparison.Ordinal)) return;
        string line = Encoding.UTF8.GetString(contents.AsSpan(0, Math.Min(contents.Length, 200))).Split('\n')[0];
        throw new InvalidDataException($"{path} must begin with the names of metrics, step and so on, but begins with {line}.");
    }

    private static long? StepOf(string line) =>
        long.TryParse(line.Split(',')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long step) ? step : null;

    private static string Text(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);
}
