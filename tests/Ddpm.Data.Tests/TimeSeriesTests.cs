namespace Ddpm.Data.Tests;

public sealed class TimeSeriesTests
{
    private static readonly double Gap = double.NaN;

    [Fact]
    public void Scaling_SeesObservedCellsAlone()
    {
        double[] values = [1, Gap, 3, 1000];
        TimeSeries whole = new(["x"], [values]), hidden = whole.Without([(0, 3)]);
        ColumnScaling scaling = ColumnScaling.Of(hidden);
        scaling.Should().Be(new ColumnScaling([2], [1]));
        scaling.Unscaled(0, scaling.Scaled(0, 17)).Should().Be(17);
        whole.Values(0)[3].Should().Be(1000, "hiding makes a new series");
        ColumnScaling.Of(new TimeSeries(["x"], [new double[] { 5, 5 }])).Deviations[0].Should().Be(1);
    }

    [Fact]
    public void Interpolation_FollowsTimeAndRepeatsTheEnds()
    {
        double[] values = [Gap, 2, Gap, 8, Gap];
        FilledSeries filled = LinearInterpolation.Fill(new TimeSeries(["x"], [values], [0, 1, 2, 4, 5], TimeAxisKind.Number));
        Enumerable.Range(0, 5).Select(row => filled.Quantile(0, row, 0.5)).Should().Equal(2, 2, 4, 8, 8);
        filled.Samples(0, 1).Length.Should().Be(0);
    }

    [Fact]
    public void Quantiles_LieBetweenSamples()
    {
        double[] values = [Gap, 1];
        var filled = new FilledSeries(new TimeSeries(["x"], [values]), 5, (_, _, sample) => 10 - sample);
        new[] { 0, 0.25, 0.5, 1 }.Select(p => filled.Quantile(0, 0, p)).Should().Equal(6, 6.5, 8, 10);
        FluentActions.Invoking(() => filled.Quantile(0, 0, 1.1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Series_ThatDoNotFit_AreRefused()
    {
        double[] two = [1, 2], one = [1], infinite = [1, double.PositiveInfinity];
        FluentActions.Invoking(() => new TimeSeries(["x", "x"], [two, two])).Should().Throw<ArgumentException>().WithMessage("*'x' twice*");
        FluentActions.Invoking(() => new TimeSeries(["x", "y"], [two, one])).Should().Throw<ArgumentException>().WithMessage("*'y' has 1*");
        FluentActions.Invoking(() => new TimeSeries(["x"], [infinite])).Should().Throw<ArgumentException>().WithMessage("*infinity*");
        FluentActions.Invoking(() => new TimeSeries(["x"], [two], [2, 2])).Should().Throw<ArgumentException>().WithMessage("*ascending*");
    }
}
