using Ddpm.Data;

namespace Ddpm.Training.Tests.Gaps;

public sealed class CalendarCyclesTests
{
    [Theory]
    [InlineData(1, 731, new[] { 365.2425 })]
    [InlineData(1, 365, new double[0])]
    [InlineData(1.0 / 24, 100, new[] { 1.0 })]
    [InlineData(1.0 / 24, 800, new[] { 1.0, 365.2425 })]
    [InlineData(0.5, 10, new double[0])]
    public void Of_Dates_AreTheCyclesThatWereSeenTwice(double step, double days, double[] expected) =>
        CalendarCycles.Of([Dated(step, days)]).Periods.Should().Equal(expected);

    [Fact]
    public void Of_Numbers_AreNone() =>
        CalendarCycles.Of([new TimeSeries(["x"], [new double[1000]])]).Channels.Should().Be(0);

    [Fact]
    public void Rows_AYearApart_AreNearlyTheSame()
    {
        TimeSeries series = Dated(1, 800);
        var cycles = new CalendarCycles([365.2425]);
        float[] rows = cycles.Rows(series, 1000);
        rows.Should().HaveCount(2000);
        rows[365].Should().BeApproximately(rows[0], 0.01f);
        (rows[0] * rows[0] + rows[1000] * rows[1000]).Should().BeApproximately(1, 1e-5f);
        rows[90].Should().NotBeApproximately(rows[0], 0.2f);
        rows[800..1000].Should().OnlyContain(value => value == 0, "the series has ended");
    }

    private static TimeSeries Dated(double step, double days)
    {
        double[] times = [.. Enumerable.Range(0, (int)(days / step)).Select(row => 42_000 + row * step)];
        return new TimeSeries(["x"], [new double[times.Length]], times, TimeAxisKind.Date);
    }
}
