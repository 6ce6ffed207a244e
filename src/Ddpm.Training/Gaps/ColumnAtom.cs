using Ddpm.Data;

namespace Ddpm.Training;

/// <summary>
/// The lowest number of a column that is in many of its cells, as a day without rain: a draw that is nearer to it than to the next number
/// is the number itself.
/// </summary>
/// <param name="Value">The number, in the column's unit.</param>
/// <param name="Edge">The middle between it and the next: lower draws are the number.</param>
internal readonly record struct ColumnAtom(double Value, double Edge)
{
    private const double LeastShare = 0.05;

    /// <summary>Finds the atom of a column.</summary>
    /// <returns>The atom; null where the lowest number is in less than a twentieth of the cells, or in all.</returns>
    public static ColumnAtom? Of(IEnumerable<TimeSeries> series, int column)
    {
        double[] sorted = [.. series.SelectMany(one => one.Values(column).ToArray()).Where(value => !double.IsNaN(value)).Order()];
        int lowest = sorted.TakeWhile(value => value == sorted[0]).Count();
        return lowest < LeastShare * sorted.Length || lowest == sorted.Length
            ? null
            : new ColumnAtom(sorted[0], (sorted[0] + sorted[lowest]) / 2);
    }
}
