using System.Collections.Immutable;
using Ddpm.Data;

namespace Ddpm.Training;

/// <summary>
/// Guesses the unknown numbers of a window's column from the nearest known ones on either side, and says how wrong the guess is: simple
/// kriging (Matheron 1963) with the column's autocorrelation. The network draws how a number differs from its guess, in units of the
/// guess's error: what it draws has about mean 0 and deviation 1 in short gaps and in long ones.
/// </summary>
/// <param name="Correlations">The autocorrelation of each column at the lags 1, 2, …; beyond the last it stays.</param>
internal sealed record NeighbourGuess(ImmutableArray<ImmutableArray<double>> Correlations)
{
    /// <summary>The lags that are measured.</summary>
    public const int Lags = 64;

    private const double MostCorrelation = 0.995, LeastError = 0.05;

    /// <summary>Measures the columns of series.</summary>
    /// <param name="series">The series; pairs of observed cells count.</param>
    /// <param name="scaling">Their scaling.</param>
    public static NeighbourGuess Of(IReadOnlyList<TimeSeries> series, ColumnScaling scaling) => new(
        [.. Enumerable.Range(0, scaling.Means.Length).Select(column => Measured(series, scaling, column))]);

    /// <summary>Replaces unknown numbers by guesses; 0, the column's mean, where none is known.</summary>
    /// <param name="column">The column.</param>
    /// <param name="numbers">The scaled numbers of the column, in rows that count as evenly spaced.</param>
    /// <param name="mask">Above 0 where a number is known.</param>
    /// <param name="errors">Receives the standard errors of the guesses, and 0 where a number is known.</param>
    public void Fill(int column, Span<float> numbers, ReadOnlySpan<float> mask, Span<float> errors)
    {
        int left = -1;
        for (int row = 0; row <= numbers.Length; row++)
        {
            if (row < numbers.Length && mask[row] == 0) continue;
            for (int at = left + 1; at < row; at++)
            {
                (double first, double second, double variance) = Weights(
                    left < 0 ? 0 : Correlation(column, at - left),
                    row == numbers.Length ? 0 : Correlation(column, row - at),
                    left < 0 || row == numbers.Length ? 0 : Correlation(column, row - left));
                numbers[at] = (float)((left < 0 ? 0 : first * numbers[left]) + (row == numbers.Length ? 0 : second * numbers[row]));
                errors[at] = (float)Math.Max(LeastError, Math.Sqrt(variance));
            }

            if (row < numbers.Length) errors[row] = 0;
            left = row;
        }
    }

    // The best linear prediction from two numbers; from the nearer in correlation where measured ones contradict each other.
    private static (double First, double Second, double Variance) Weights(double before, double after, double both)
    {
        double first = (before - both * after) / (1 - both * both), second = (after - both * before) / (1 - both * both);
        double variance = 1 - first * before - second * after;
        if (variance >= 0) return (first, second, variance);
        return Math.Abs(before) >= Math.Abs(after) ? (before, 0, 1 - before * before) : (0, after, 1 - after * after);
    }

    private double Correlation(int column, int lag) => Correlations[column][Math.Min(lag, Correlations[column].Length) - 1];

    // 1 - γ(k) with the semivariogram γ, for numbers of variance 1.
    private static ImmutableArray<double> Measured(IReadOnlyList<TimeSeries> series, ColumnScaling scaling, int column)
    {
        var correlations = ImmutableArray.CreateBuilder<double>(Lags);
        for (int lag = 1; lag <= Lags; lag++)
        {
            double sum = 0;
            long pairs = 0;
            foreach (TimeSeries one in series)
            {
                ReadOnlySpan<double> values = one.Values(column);
                for (int row = lag; row < values.Length; row++)
                {
                    double difference = (values[row] - values[row - lag]) / scaling.Deviations[column];
                    if (double.IsNaN(difference)) continue;
                    sum += difference * difference;
                    pairs++;
                }
            }

            correlations.Add(pairs == 0 ? 0 : Math.Clamp(1 - sum / pairs / 2, -MostCorrelation, MostCorrelation));
        }

        return correlations.MoveToImmutable();
    }
}
