using System.Globalization;
using System.Text;

namespace Ddpm.Training;

/// <summary>
/// Metrics as comma-separated values: a line of names, then a line for each step; numbers as in any culture's spreadsheet import "en". An
/// empty field is no number.
/// </summary>
public sealed class CsvMetrics : IExclusiveWriter
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
    /// <exception cref="InvalidDataException">The file is no metrics, or a row is damaged; it is as it was.</exception>
    public void Begin(long trainingStep)
    {
        byte[] contents = file.Contents;
        RequireMetrics(contents);
        int namesEnd = Array.IndexOf(contents, (byte)'\n');
        string names = Encoding.UTF8.GetString(contents, 0, Math.Max(0, namesEnd));
        int fields = names.Split(',').Length;
        long kept = namesEnd < 0 ? 0 : file.EndOfRows(contents, namesEnd + 1, trainingStep, line => StepOf(line, fields));
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

    /// <inheritdoc/>
    IDisposable IExclusiveWriter.Take() => file.Take();

    // A file of another kind is left alone; the names themselves may be torn.
    private void RequireMetrics(byte[] contents)
    {
        string start = Encoding.UTF8.GetString(contents.AsSpan(0, Math.Min(contents.Length, Start.Length)));
        if (Start.StartsWith(start, StringComparison.Ordinal)) return;
        string line = Encoding.UTF8.GetString(contents.AsSpan(0, Math.Min(contents.Length, 200))).Split('\n')[0];
        throw new InvalidDataException($"{path} must begin with the names of metrics, step and so on, but begins with {line}.");
    }

    private static long? StepOf(string line, int fields)
    {
        string[] values = line.Split(',');
        bool isRow = values.Length == fields && values.Skip(1).All(value =>
            value.Length == 0 || double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        return isRow && long.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out long step) ? step : null;
    }

    private static string Text(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);
}
