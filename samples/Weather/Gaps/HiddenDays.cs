using Ddpm.Data;

namespace Weather.Gaps;

/// <summary>Hides days of a year, all variables of them: blocks of one length at even distances.</summary>
internal static class HiddenDays
{
    /// <summary>The lengths of the blocks, in days.</summary>
    public static IReadOnlyList<int> Lengths { get; } = [1, 3, 7, 14];

    /// <summary>The cells of a series that are hidden.</summary>
    public static IReadOnlyList<(int Column, int Row)> Of(TimeSeries series, int length)
    {
        int every = 2 * length + 8;
        return
        [
            .. from first in Enumerable.Range(0, (series.Length - length - 4) / every + 1).Select(block => 4 + block * every)
               where first + length < series.Length
               from row in Enumerable.Range(first, length)
               from column in Enumerable.Range(0, series.Columns.Length)
               select (column, row),
        ];
    }
}
