using Ddpm.Core;
using Ddpm.Data;

namespace Ddpm.Cli.Gaps;

/// <summary>
/// Chooses observed cells to hide from training, so that a filling can be scored: copies of the file's own gaps, rows and columns as they
/// are, at other times.
/// </summary>
internal static class HeldOutGaps
{
    private const int Attempts = 50;

    /// <summary>Chooses cells.</summary>
    /// <param name="series">The series with its gaps.</param>
    /// <param name="share">The share of the observed cells to hide, about. Range: 0 ≤ share &lt; 1.</param>
    /// <param name="longest">The most rows of a block; longer gaps are copied in part.</param>
    /// <param name="seed">Decides the places.</param>
    /// <returns>The cells, all observed; none where no copy of a gap finds a place.</returns>
    public static IReadOnlyList<(int Column, int Row)> Choose(TimeSeries series, double share, int longest, long seed)
    {
        int columns = series.Columns.Length;
        (int Column, int Row)[][] shapes = [.. Shapes(series, longest)];
        double wanted = share * ((long)columns * series.Length - series.GapCount);
        var random = new CounterBasedRandom(seed, index: 0, step: 0);
        HashSet<(int Column, int Row)> chosen = [];
        uint draw = 0;
        for (int failed = 0; shapes.Length > 0 && chosen.Count < wanted && failed < Attempts;)
        {
            (int Column, int Row)[] shape = shapes[random.UniformBelow(draw++, shapes.Length)];
            int rows = shape.Max(cell => cell.Row) + 1;
            int start = (int)random.UniformBelow(draw++, Math.Max(1, series.Length - rows + 1));
            (int Column, int Row)[] cells = [.. shape.Select(cell => (cell.Column, cell.Row + start))];
            // Numbers stay on both sides, so that a block is as long as its gap, and each column keeps numbers.
            bool free = start > 0 && start + rows < series.Length && cells.All(IsFree)
                && shape.All(cell => IsFree((cell.Column, start - 1)) && IsFree((cell.Column, start + rows)));
            failed = free ? 0 : failed + 1;
            if (free) chosen.UnionWith(cells);
        }

        return [.. chosen.Order()];

        bool IsFree((int Column, int Row) cell) =>
            cell.Row < series.Length && series.IsObserved(cell.Column, cell.Row) && !chosen.Contains(cell);
    }

    // Runs of rows with gaps, from their first row on.
    private static IEnumerable<(int Column, int Row)[]> Shapes(TimeSeries series, int longest)
    {
        List<(int Column, int Row)> shape = [];
        for (int row = 0; row <= series.Length; row++)
        {
            int[] gaps = row == series.Length
                ? []
                : [.. Enumerable.Range(0, series.Columns.Length).Where(column => !series.IsObserved(column, row))];
            if (gaps.Length == 0 && shape.Count > 0)
            {
                int first = shape[0].Row;
                yield return [.. shape.Where(cell => cell.Row - first < longest).Select(cell => (cell.Column, cell.Row - first))];
                shape = [];
            }

            shape.AddRange(gaps.Select(column => (column, row)));
        }
    }
}
