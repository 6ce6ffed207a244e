namespace Ddpm.Data;

/// <summary>Holds a series with several samples for each of its gaps: sample k of all gaps together is one way it may have been.</summary>
public sealed class FilledSeries
{
    private readonly double[][][] samples; // [column][row][sample], empty where observed

    /// <summary>Creates a filled series.</summary>
    /// <param name="series">The series with its gaps.</param>
    /// <param name="count">The number of samples. Range: ≥ 1.</param>
    /// <param name="sample">Gives the number of (column, row, sample) for every gap; all finite.</param>
    /// <exception cref="ArgumentException">A sample is not finite.</exception>
    public FilledSeries(TimeSeries series, int count, Func<int, int, int, double> sample)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(sample);
        Series = series;
        Count = count;
        samples =
        [
            .. Enumerable.Range(0, series.Columns.Length).Select(column => Enumerable.Range(0, series.Length)
                .Select(row => series.IsObserved(column, row)
                    ? []
                    : Enumerable.Range(0, count).Select(k => Finite(sample(column, row, k))).ToArray())
                .ToArray()),
        ];
    }

    /// <summary>Gets the series with its gaps.</summary>
    public TimeSeries Series { get; }

    /// <summary>Gets the number of samples.</summary>
    public int Count { get; }

    /// <summary>Gets the samples of a cell, in their order.</summary>
    /// <param name="column">The column.</param>
    /// <param name="row">The row, from 0.</param>
    /// <returns>The samples; none where the cell is observed.</returns>
    public ReadOnlySpan<double> Samples(int column, int row) => samples[column][row];

    /// <summary>Computes a quantile of a cell, linear between samples (Hyndman and Fan 1996, type 6): a further sample lies below it with
    /// the probability, as far as there are samples beyond it.</summary>
    /// <param name="column">The column.</param>
    /// <param name="row">The row, from 0.</param>
    /// <param name="probability">The share of samples below the quantile; 0.5 is the median. Range: 0 ≤ p ≤ 1.</param>
    /// <returns>The quantile; the observed number where there is one.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="probability"/> is out of range.</exception>
    public double Quantile(int column, int row, double probability)
    {
        if (!(probability is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(probability), probability, $"probability must be from 0 to 1, but is {probability}.");
        }

        double[] sorted = [.. samples[column][row].Order()];
        return sorted.Length == 0 ? Series.Values(column)[row] : EnsembleQuantile.Of(sorted, probability);
    }

    private static double Finite(double value) => double.IsFinite(value)
        ? value
        : throw new ArgumentException($"sample must give finite numbers, but gave {value}.");
}
