using Ddpm.Data;

namespace Weather.Gaps;

/// <summary>
/// Fills a day by what the same days were in other years, those of a week before and after included: 45 numbers of three years.
/// </summary>
internal static class Climatology
{
    private const int Around = 7;

    public static FilledSeries Fill(TimeSeries series, TimeSeries past)
    {
        double[][][] samples =
        [
            .. Enumerable.Range(0, series.Columns.Length).Select(column => Enumerable.Range(0, series.Length)
                .Select(row => series.IsObserved(column, row) ? [] : Days(past, DateTime.FromOADate(series.Times[row]), column)).ToArray()),
        ];
        int count = samples.SelectMany(column => column).Where(cell => cell.Length > 0).Min(cell => cell.Length);
        return new FilledSeries(series, count, (column, row, k) => samples[column][row][k]);
    }

    private static double[] Days(TimeSeries past, DateTime day, int column)
    {
        List<double> found = [];
        for (int row = 0; row < past.Length; row++)
        {
            DateTime date = DateTime.FromOADate(past.Times[row]);
            int apart = Math.Abs(date.DayOfYear - day.DayOfYear);
            if (Math.Min(apart, 365 - apart) <= Around) found.Add(past.Values(column)[row]);
        }

        return [.. found];
    }
}
