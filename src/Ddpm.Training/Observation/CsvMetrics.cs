using System.Globalization;

namespace Ddpm.Training;

/// <summary>
/// Metrics as comma-separated values: a line of names, then a line for each step; numbers as in any culture's spreadsheet import "en". An
/// empty field is no number.
/// </summary>
public sealed class CsvMetrics : IMetricWriter
{
    private readonly string path;
    private readonly MetricRows rows;
    private string? header;

    /// <summary>Opens the file at the next run: a new run begins it, a resumed run continues it.</summary>
    /// <param name="path">The file; its folder is made where it does not exist.</param>
    public CsvMetrics(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.path = path;
        rows = new MetricRows(path);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file is no metrics.</exception>
    public void Begin(long trainingStep)
    {
        IReadOnlyList<string> lines = rows.Lines;
        header = lines.Count > 0 ? lines[0] : null;
        if (header is not null && !header.StartsWith("step,", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} must begin with the names of metrics, step and so on, but begins with {header}.");
        }

        int columns = header?.Split(',').Length ?? 0;
        // A line that a killed process left in the middle has too few fields.
        string[] kept = [.. lines.Skip(1).Select(line => line.Split(',')).Where(IsKept).Select(fields => string.Join(',', fields))];
        if (kept.Length == 0) header = null;
        rows.Open(header is null ? [] : [header, .. kept]);

        bool IsKept(string[] fields) => fields.Length == columns &&
            long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out long row) && row <= trainingStep;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The metrics are not those of the rows before.</exception>
    public void Write(long trainingStep, IReadOnlyList<KeyValuePair<string, double>> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        string names = string.Join(',', metrics.Select(metric => metric.Key).Prepend("step"));
        if (header is null) rows.Add(header = names);
        if (names != header) throw new InvalidDataException($"{path} has the metrics {header}, but is given {names}.");
        string step = trainingStep.ToString(CultureInfo.InvariantCulture);
        rows.Add(string.Join(',', metrics.Select(metric => Text(metric.Value)).Prepend(step)));
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => rows.Dispose();

    private static string Text(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);
}
