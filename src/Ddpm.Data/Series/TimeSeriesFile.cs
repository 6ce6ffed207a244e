using System.Globalization;
using System.Text;
using Ddpm.Core;
using nietras.SeparatedValues;

namespace Ddpm.Data;

/// <summary>
/// Reads a time series from a CSV file (RFC 4180) with a header: comma, semicolon or tab between cells, points in numbers, whatever the
/// system's language. It keeps every cell as it stands in the file.
/// </summary>
public sealed class TimeSeriesFile
{
    private static readonly string[] Gaps = ["", "NaN", "NA", "N/A", "null"];
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string path;
    private readonly List<string[]> rows = [];
    private readonly List<int> lines = [];
    private readonly int[] places; // of the series' columns in the file
    private readonly int? time;

    private TimeSeriesFile(string path, string text, TimeSeriesFileOptions options)
    {
        this.path = path;
        Parse(text);
        time = TimePlace(options);
        places = Places(options);
        double[][] values = [.. places.Select(place => Numbers(place, options))];
        (double[]? times, TimeAxisKind kind) = Times();
        Series = new TimeSeries([.. places.Select(place => Header[place])], values, times, kind);
    }

    /// <summary>Gets the series of the file.</summary>
    public TimeSeries Series { get; }

    /// <summary>Gets the names of all columns of the file.</summary>
    internal string[] Header { get; private set; } = [];

    /// <summary>Gets the character between cells.</summary>
    internal char Separator { get; private set; }

    /// <summary>Gets the cells of each row of the file, as text.</summary>
    internal IReadOnlyList<string[]> Rows => rows;

    /// <summary>Gets the name of the column of times.</summary>
    internal string TimeName => time is { } place ? Header[place] : "row";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, in UTF-8.</param>
    /// <param name="options">What is time, numbers and gaps. Default: <see cref="TimeSeriesFileOptions.Default"/>.</param>
    /// <returns>The file's contents.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is empty or too large or not UTF-8, lacks a column, or has a cell that is neither number nor gap, or times that do not
    /// ascend; the message names the file, the line, the column and the value.
    /// </exception>
    public static TimeSeriesFile Read(string path, TimeSeriesFileOptions? options = null)
    {
        options ??= TimeSeriesFileOptions.Default;
        byte[] bytes = RegularFile.ReadAllBytes(path, options.MaxBytes);
        ReadOnlySpan<byte> text = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(Encoding.UTF8.Preamble.Length) : bytes;
        try
        {
            return new TimeSeriesFile(path, StrictUtf8.GetString(text), options);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"{path} must be text in UTF-8, but has the bytes of something else.", exception);
        }
    }

    /// <summary>Finds the rows before which the interval between times is far longer than usual, as where rows are missing.</summary>
    /// <returns>The line of each such row, with the number of usual intervals that it follows the row before.</returns>
    public IReadOnlyList<(int Line, double Intervals)> LongIntervals()
    {
        ReadOnlySpan<double> times = Series.Times;
        if (Series.Length < 3) return [];
        var intervals = new double[Series.Length - 1];
        for (int row = 1; row < times.Length; row++) intervals[row - 1] = times[row] - times[row - 1];
        double usual = intervals.Order().ElementAt(intervals.Length / 2);
        return
        [
            .. Enumerable.Range(0, intervals.Length).Where(i => intervals[i] > 1.5 * usual)
                .Select(i => (lines[i + 1], intervals[i] / usual)),
        ];
    }

    /// <summary>Returns the text of the time of a row: the file's, or the row's number.</summary>
    internal string TimeText(int row) =>
        time is { } place ? rows[row][place] : (row + 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns the place in the file of a column of the series.</summary>
    internal int Place(int column) => places[column];

    /// <summary>Returns the most decimals that a number of a column has in the file.</summary>
    internal int Decimals(int column) => Enumerable.Range(0, rows.Count).Where(row => Series.IsObserved(column, row))
        .Max(row => DecimalsOf(rows[row][places[column]].Trim()));

    // The decimals of 1.5e-3 are 4.
    private static int DecimalsOf(string number)
    {
        string[] parts = number.Split('e', 'E');
        int point = parts[0].IndexOf('.', StringComparison.Ordinal);
        int decimals = point < 0 ? 0 : parts[0].Length - point - 1;
        int exponent = parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        return Math.Clamp(decimals - exponent, 0, 12);
    }

    private void Parse(string text)
    {
        try
        {
            using SepReader reader = Sep.Reader(reading => reading with { Unescape = true, DisableColCountCheck = true }).FromText(text);
            Separator = reader.Spec.Sep.Separator;
            Header = [.. reader.Header.ColNames.Select(name => name.Trim())];
            foreach (SepReader.Row row in reader)
            {
                var cells = new string[row.ColCount];
                for (int i = 0; i < cells.Length; i++) cells[i] = row[i].ToString();
                // A blank line is no row, where a row has several cells.
                if (cells.Length == 1 && cells[0].Length == 0 && Header.Length > 1) continue;
                if (cells.Length != Header.Length)
                {
                    throw new InvalidDataException(
                        $"{path} must have {Header.Length} cells in every row, as its header has, but line {row.LineNumberFrom} has "
                        + $"{cells.Length}.");
                }

                rows.Add(cells);
                lines.Add(row.LineNumberFrom);
            }
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{path} must have a header of different names: {ArgumentMessage.Of(exception)}", exception);
        }

        if (rows.Count == 0) throw new InvalidDataException($"{path} must have a header and at least one row beneath it, but has no row.");
    }

    private int? TimePlace(TimeSeriesFileOptions options)
    {
        if (options.TimeColumn is { } name) return PlaceOf(name);
        return rows.All(cells => SeriesTime.Date(cells[0]) is not null) ? 0 : null;
    }

    private int[] Places(TimeSeriesFileOptions options)
    {
        int[] found = options.Columns.IsDefaultOrEmpty
            ? [.. Enumerable.Range(0, Header.Length).Where(place => place != time)]
            : [.. options.Columns.Select(PlaceOf)];
        if (found.Length == 0) throw new InvalidDataException($"{path} must have a column of numbers, but has times alone.");
        if (time is { } taken && found.Contains(taken))
        {
            throw new InvalidDataException($"{path}: the column '{Header[taken]}' cannot be both times and numbers.");
        }

        return found;
    }

    private int PlaceOf(string name)
    {
        int place = Array.IndexOf(Header, name.Trim());
        return place >= 0
            ? place
            : throw new InvalidDataException($"{path} must have a column '{name}', but has {string.Join(", ", Header)}.");
    }

    private double[] Numbers(int place, TimeSeriesFileOptions options)
    {
        var numbers = new double[rows.Count];
        for (int row = 0; row < numbers.Length; row++)
        {
            string cell = rows[row][place].Trim();
            if (Gaps.Contains(cell, StringComparer.OrdinalIgnoreCase) || options.GapWords.Contains(cell))
            {
                numbers[row] = double.NaN;
            }
            else if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[row])
                || !double.IsFinite(numbers[row]))
            {
                throw Bad(row, place, "a number with a decimal point, or a gap (empty, NaN, NA)");
            }
        }

        return numbers.All(double.IsNaN)
            ? throw new InvalidDataException($"{path} must have a number in every column, but '{Header[place]}' has gaps alone.")
            : numbers;
    }

    private (double[]? Times, TimeAxisKind Kind) Times()
    {
        if (time is not { } place) return (null, TimeAxisKind.RowNumber);
        // By the first cell, so that the message about another one says what is expected.
        bool dates = SeriesTime.Date(rows[0][place]) is not null;
        var times = new double[rows.Count];
        for (int row = 0; row < times.Length; row++)
        {
            string cell = rows[row][place];
            double? read = dates ? SeriesTime.Date(cell)
                : double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
                    ? number
                    : null;
            times[row] = read ?? throw Bad(row, place, dates ? "a date such as 2015-01-31 or 2015-01-31 12:00" : "a date or a number");
            if (row > 0 && times[row] <= times[row - 1]) throw Bad(row, place, $"later than '{rows[row - 1][place]}' of the row before");
        }

        return (times, dates ? TimeAxisKind.Date : TimeAxisKind.Number);
    }

    private InvalidDataException Bad(int row, int place, string expected) =>
        new($"{path}, line {lines[row]}, column '{Header[place]}' must be {expected}, but is '{rows[row][place]}'.");
}
