using System.Collections.Immutable;

namespace Ddpm.Data;

/// <summary>
/// Brings each column of a <see cref="TimeSeries"/> to mean 0 and standard deviation 1, by its observed cells alone: what is a gap, or
/// hidden from a training, has no part in it.
/// </summary>
/// <param name="Means">The mean of each column, in its unit.</param>
/// <param name="Deviations">The standard deviation of each column, in its unit. Range: &gt; 0.</param>
public sealed record ColumnScaling(ImmutableArray<double> Means, ImmutableArray<double> Deviations)
{
    /// <summary>Measures the columns of one or several series.</summary>
    /// <param name="series">The series; at least one, all with the same columns.</param>
    /// <returns>The scaling. A column whose numbers are all equal has the deviation 1.</returns>
    /// <exception cref="ArgumentException">There is no series, their columns differ, or a column has no number.</exception>
    public static ColumnScaling Of(params IReadOnlyList<TimeSeries> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.Count < 1) throw new ArgumentException("series must be at least one, but are none.", nameof(series));
        ImmutableArray<string> columns = series[0].Columns;
        if (series.FirstOrDefault(one => !one.Columns.SequenceEqual(columns)) is { } other)
        {
            throw new ArgumentException(
                $"series must all have the columns {string.Join(", ", columns)}, but one has {string.Join(", ", other.Columns)}.",
                nameof(series));
        }

        var means = new double[columns.Length];
        var deviations = new double[columns.Length];
        for (int column = 0; column < columns.Length; column++)
        {
            double[] observed = [.. series.SelectMany(one => one.Values(column).ToArray()).Where(value => !double.IsNaN(value))];
            if (observed.Length == 0)
            {
                throw new ArgumentException(
                    $"series must have a number in every column, but '{columns[column]}' has none.", nameof(series));
            }

            double mean = observed.Average(), variance = observed.Sum(value => (value - mean) * (value - mean)) / observed.Length;
            (means[column], deviations[column]) = (mean, variance > 0 ? Math.Sqrt(variance) : 1);
        }

        return new ColumnScaling([.. means], [.. deviations]);
    }

    /// <summary>Scales a number of a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">The number in the column's unit.</param>
    /// <returns>The number of deviations from the mean.</returns>
    public double Scaled(int column, double value) => (value - Means[column]) / Deviations[column];

    /// <summary>Brings a scaled number back to the column's unit.</summary>
    /// <param name="column">The column.</param>
    /// <param name="scaled">The number of deviations from the mean.</param>
    /// <returns>The number in the column's unit.</returns>
    public double Unscaled(int column, double scaled) => scaled * Deviations[column] + Means[column];

    /// <summary>Compares two scalings by their numbers.</summary>
    /// <param name="other">The other scaling.</param>
    /// <returns>Whether all means and deviations are equal.</returns>
    public bool Equals(ColumnScaling? other) =>
        other is not null && Means.SequenceEqual(other.Means) && Deviations.SequenceEqual(other.Deviations);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Means.Length, Means[0], Deviations[0]);
}
