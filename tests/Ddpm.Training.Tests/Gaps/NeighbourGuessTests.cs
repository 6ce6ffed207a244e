using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Data;

namespace Ddpm.Training.Tests.Gaps;

public sealed class NeighbourGuessTests
{
    private const double Memory = 0.9;

    // Of an AR(1) series the nearest numbers say all that there is to know.
    private static readonly NeighbourGuess Exact = new(
        [[.. Enumerable.Range(1, NeighbourGuess.Lags).Select(lag => Math.Pow(Memory, lag))]]);

    [Fact]
    public void Fill_ASeriesWithMemory_IsTheConditionalMeanAndDeviation()
    {
        float[] numbers = [2, 99, 99, -1, 99, 99], mask = [1, 0, 0, 1, 0, 0], errors = new float[6];
        Exact.Fill(0, numbers, mask, errors);
        double c1 = Memory, c2 = c1 * c1, c3 = c1 * c2, determinant = 1 - c3 * c3;
        double first = (c1 - c3 * c2) / determinant, second = (c2 - c3 * c1) / determinant;
        numbers[1].Should().BeApproximately((float)(2 * first - second), 1e-5f);
        errors[1].Should().BeApproximately((float)Math.Sqrt(1 - first * c1 - second * c2), 1e-5f);
        numbers[5].Should().BeApproximately((float)-c2, 1e-5f, "beyond the last number it falls to the mean");
        errors[5].Should().BeApproximately((float)Math.Sqrt(1 - c2 * c2), 1e-5f);
        (numbers[0], numbers[3], errors[0], errors[3]).Should().Be((2, -1, 0, 0));
    }

    [Fact]
    public void Fill_NothingKnown_IsTheMeanOfTheColumn()
    {
        float[] numbers = [99, 99], errors = new float[2];
        Exact.Fill(0, numbers, [0, 0], errors);
        numbers.Should().Equal(0, 0);
        errors.Should().Equal(1, 1);
    }

    [Fact]
    public void Of_SeriesWithGaps_MeasuresTheirCorrelation()
    {
        var noise = new float[20_000];
        new CounterBasedRandom(1, 0, 0).FillNormal(noise);
        double[] values = new double[noise.Length];
        for (int row = 1; row < values.Length; row++) values[row] = Memory * values[row - 1] + noise[row];
        for (int row = 5; row < values.Length; row += 9) values[row] = double.NaN;
        TimeSeries series = new(["x"], [values]);
        ImmutableArray<double> measured = NeighbourGuess.Of([series], ColumnScaling.Of(series)).Correlations[0];
        measured[0].Should().BeApproximately(Memory, 0.02);
        measured[4].Should().BeApproximately(Math.Pow(Memory, 5), 0.05);
        measured[63].Should().BeApproximately(0, 0.1);
    }

    [Fact]
    public void Fill_CorrelationsThatContradictEachOther_StayFinite()
    {
        var wild = new NeighbourGuess([[.. Enumerable.Range(1, NeighbourGuess.Lags).Select(lag => lag % 2 == 0 ? 0.995 : 0.2)]]);
        float[] numbers = [1, 9, 9, 1], errors = new float[4];
        wild.Fill(0, numbers, [1, 0, 0, 1], errors);
        numbers.Should().OnlyContain(number => Math.Abs(number) < 10);
        errors.Should().OnlyContain(error => error >= 0 && error <= 1);
    }
}
