using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Ddpm.Core;

namespace Ddpm.Data;

/// <summary>Writes filled series as CSV; each file in one piece or not at all.</summary>
public static class FilledSeriesFile
{
    /// <summary>
    /// Writes the file that was read with its gaps filled: every cell that held something as it stands there, the median in place of a gap,
    /// and behind each column one for each quantile, which is empty where the cell was observed.
    /// </summary>
    /// <param name="path">The file to write; its folder must exist.</param>
    /// <param name="file">The file with the gaps.</param>
    /// <param name="filled">The samples for its gaps.</param>
    /// <param name="quantiles">The probabilities of the quantiles; their columns are called as "temp_q0.1". Range: 0 … 1.</param>
    /// <exception cref="ArgumentException">The samples are of another series, or a probability is out of range.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, TimeSeriesFile file, FilledSeries filled, ImmutableArray<double> quantiles)
    {
        Check(file, filled);
        int[] decimals = [.. Enumerable.Range(0, file.Series.Columns.Length).Select(column => file.Decimals(column) + 1)];
        AtomicFile.Write(path, stream =>
        {
            using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            text.WriteLine(Line(file, file.Header.SelectMany((name, place) => (IEnumerable<string>)
                [name, .. ColumnAt(file, place) is null ? [] : quantiles.Select(q => $"{name}_q{Text(q, 6)}")])));
            for (int row = 0; row < file.Series.Length; row++)
            {
                text.WriteLine(Line(file, file.Rows[row].SelectMany((cell, place) => Cells(row, cell, place))));
            }
        });

        IEnumerable<string> Cells(int row, string cell, int place)
        {
            if (ColumnAt(file, place) is not { } column) return [cell];
            if (file.Series.IsObserved(column, row)) return [cell, .. quantiles.Select(_ => "")];
            return [Quantile(0.5), .. quantiles.Select(Quantile)];

            string Quantile(double probability) => Text(filled.Quantile(column, row, probability), decimals[column]);
        }
    }

    /// <summary>Writes all samples: a row for each gap with its time, its column and its samples 1, 2, 3 and so on.</summary>
    /// <param name="path">The file to write; its folder must exist.</param>
    /// <param name="file">The file with the gaps.</param>
    /// <param name="filled">The samples for its gaps.</param>
    /// <exception cref="ArgumentException">The samples are of another series.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteSamples(string path, TimeSeriesFile file, FilledSeries filled)
    {
        Check(file, filled);
        AtomicFile.Write(path, stream =>
        {
            using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            text.WriteLine(Line(file, [file.TimeName, "column", .. Enumerable.Range(1, filled.Count).Select(k => Text(k, 0))]));
            for (int column = 0; column < file.Series.Columns.Length; column++)
            {
                int decimals = file.Decimals(column) + 1;
                for (int row = 0; row < file.Series.Length; row++)
                {
                    if (file.Series.IsObserved(column, row)) continue;
                    IEnumerable<string> samples = filled.Samples(column, row).ToArray().Select(sample => Text(sample, decimals));
                    text.WriteLine(Line(file, [file.TimeText(row), file.Series.Columns[column], .. samples]));
                }
            }
        });
    }

    private static int? ColumnAt(TimeSeriesFile file, int place)
    {
        for (int column = 0; column < file.Series.Columns.Length; column++)
        {
            if (file.Place(column) == place) return column;
        }

        return null;
    }

    private static string Line(TimeSeriesFile file, IEnumerable<string> cells) =>
        string.Join(file.Separator, cells.Select(cell => Quoted(cell, file.Separator)));

    private static string Quoted(string cell, char separator) => cell.AsSpan().IndexOfAny([separator, '"', '\n', '\r']) < 0
        ? cell
        : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(double number, int decimals)
    {
        double rounded = Math.Round(number, Math.Min(decimals, 13));
        // No negative zero.
        return (rounded == 0 ? 0 : rounded).ToString($"0.{new string('#', decimals)}", CultureInfo.InvariantCulture);
    }

    private static void Check(TimeSeriesFile file, FilledSeries filled)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(filled);
        if (!ReferenceEquals(file.Series, filled.Series))
        {
            throw new ArgumentException("filled must hold the samples of the file's series, but holds those of another.", nameof(filled));
        }
    }
}
