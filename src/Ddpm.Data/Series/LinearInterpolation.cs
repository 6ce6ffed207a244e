namespace Ddpm.Data;

/// <summary>Fills gaps by straight lines, the baseline of every other way.</summary>
public static class LinearInterpolation
{
    /// <summary>Fills the gaps of a series: a line over time joins the numbers beside a gap; a gap at an end repeats the nearest.</summary>
    /// <param name="series">The series.</param>
    /// <returns>The series without gaps, as one sample.</returns>
    /// <exception cref="ArgumentException">A column has no number.</exception>
    public static FilledSeries Fill(TimeSeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        double[][] filled = [.. Enumerable.Range(0, series.Columns.Length).Select(column => Column(series, column))];
        return new FilledSeries(series, 1, (column, row, _) => filled[column][row]);
    }

    private static double[] Column(TimeSeries series, int column)
    {
        double[] values = [.. series.Values(column)];
        int[] observed = [.. Enumerable.Range(0, values.Length).Where(row => !double.IsNaN(values[row]))];
        if (observed.Length == 0)
        {
            throw new ArgumentException(
                $"series must have a number in every column, but '{series.Columns[column]}' has none.", nameof(series));
        }

        ReadOnlySpan<double> times = series.Times;
        for (int row = 0; row < values.Length; row++)
        {
            if (!double.IsNaN(values[row])) continue;
            int next = ~Array.BinarySearch(observed, row);
            if (next == 0 || next == observed.Length)
            {
                values[row] = values[observed[next == 0 ? 0 : ^1]];
                continue;
            }

            int left = observed[next - 1], right = observed[next];
            double share = (times[row] - times[left]) / (times[right] - times[left]);
            values[row] = values[left] + share * (values[right] - values[left]);
        }

        return values;
    }
}
