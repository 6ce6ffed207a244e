using System.Collections.Immutable;

namespace Ddpm.Data;

/// <summary>
/// Holds columns of numbers over the same times, where a number may be missing: a gap is <see cref="double.NaN"/>. Immutable.
/// </summary>
public sealed class TimeSeries
{
    private readonly double[][] values;
    private readonly double[] times;

    /// <summary>Creates a series from numbers, which it copies.</summary>
    /// <param name="columns">The names of the columns, with units if any; at least one, no name twice.</param>
    /// <param name="values">The numbers of each column, of one length ≥ 1; NaN is a gap. Infinities are refused.</param>
    /// <param name="times">The time of each row, finite and ascending. Default: 1, 2, 3 and so on.</param>
    /// <param name="kind">What the times are. Default: row numbers.</param>
    /// <exception cref="ArgumentException">The arguments do not fit each other, or are out of range.</exception>
    public TimeSeries(
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyList<double>> values,
        IReadOnlyList<double>? times = null,
        TimeAxisKind kind = TimeAxisKind.RowNumber)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(values);
        if (columns.Count < 1) throw new ArgumentException("columns must have at least one name, but has none.", nameof(columns));
        if (columns.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"columns must have different names, but has '{twice.Key}' twice.", nameof(columns));
        }

        if (values.Count != columns.Count)
        {
            throw new ArgumentException($"values must have {columns.Count} columns, but has {values.Count}.", nameof(values));
        }

        Length = values[0].Count;
        if (Length < 1) throw new ArgumentException("values must have at least one row, but has none.", nameof(values));
        int other = values.Select(column => column.Count).ToList().FindIndex(length => length != Length);
        if (other >= 0)
        {
            throw new ArgumentException(
                $"values must have {Length} rows in every column, but '{columns[other]}' has {values[other].Count}.", nameof(values));
        }

        for (int column = 0; column < columns.Count; column++)
        {
            if (values[column].Any(double.IsInfinity))
            {
                throw new ArgumentException($"values must be finite or NaN, but '{columns[column]}' has an infinity.", nameof(values));
            }
        }

        if (times is not null && times.Count != Length)
        {
            throw new ArgumentException($"times must be {Length}, one for each row, but are {times.Count}.", nameof(times));
        }

        this.times = times is null ? [.. Enumerable.Range(1, Length).Select(row => (double)row)] : [.. times];
        for (int row = 0; row < Length; row++)
        {
            if (!double.IsFinite(this.times[row]) || (row > 0 && this.times[row] <= this.times[row - 1]))
            {
                throw new ArgumentException($"times must be finite and ascending, but time {row} is not.", nameof(times));
            }
        }

        Columns = [.. columns];
        this.values = [.. values.Select(column => column.ToArray())];
        Kind = times is null ? TimeAxisKind.RowNumber : kind;
    }

    /// <summary>Gets the names of the columns.</summary>
    public ImmutableArray<string> Columns { get; }

    /// <summary>Gets the number of rows. Range: ≥ 1.</summary>
    public int Length { get; }

    /// <summary>Gets what the times are.</summary>
    public TimeAxisKind Kind { get; }

    /// <summary>Gets the time of each row, ascending.</summary>
    public ReadOnlySpan<double> Times => times;

    /// <summary>Gets the number of gaps: cells without a number.</summary>
    public int GapCount => values.Sum(column => column.Count(double.IsNaN));

    /// <summary>Gets the numbers of a column.</summary>
    /// <param name="column">The column. Range: 0 … the number of columns - 1.</param>
    /// <returns>A number for each row; NaN is a gap.</returns>
    public ReadOnlySpan<double> Values(int column) => values[column];

    /// <summary>Returns whether a cell holds a number.</summary>
    /// <param name="column">The column.</param>
    /// <param name="row">The row, from 0.</param>
    /// <returns>False where the cell is a gap.</returns>
    public bool IsObserved(int column, int row) => !double.IsNaN(values[column][row]);

    /// <summary>Makes gaps of some cells, such as those that a score must not see.</summary>
    /// <param name="cells">The cells: column and row, from 0.</param>
    /// <returns>A new series.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A cell is outside the series.</exception>
    public TimeSeries Without(IEnumerable<(int Column, int Row)> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        double[][] left = [.. values.Select(column => column.ToArray())];
        foreach ((int column, int row) in cells)
        {
            if (column < 0 || column >= left.Length || row < 0 || row >= Length)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(cells), $"cells must lie in {Columns.Length} columns of {Length} rows, but one is ({column}, {row}).");
            }

            left[column][row] = double.NaN;
        }

        return new TimeSeries(Columns, left, times, Kind);
    }
}
