using Ddpm.Data;
using Weather.Gaps;

namespace Weather.Tests;

public sealed class GapExperimentTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(14)]
    public void HiddenDays_OfAYear_AreBlocksOfTheLengthWithDaysBetween(int length)
    {
        TimeSeries year = GapCity.Of("Seattle").HeldOut;
        year.Length.Should().Be(365);
        int[] rows = [.. HiddenDays.Of(year, length).Where(cell => cell.Column == 0).Select(cell => cell.Row)];
        rows[0].Should().BeGreaterThan(0);
        rows[^1].Should().BeLessThan(364);
        rows.Chunk(length).All(block => block.Length == length && block[^1] - block[0] == length - 1).Should().BeTrue();
        rows.Chunk(length).Zip(rows.Chunk(length).Skip(1)).All(pair => pair.Second[0] - pair.First[^1] > length).Should().BeTrue();
        HiddenDays.Of(year, length).Should().HaveCount(4 * rows.Length);
    }

    [Fact]
    public void Climatology_OfADay_IsTheDaysAroundItInThreeYears()
    {
        GapCity city = GapCity.Of("New York");
        TimeSeries seen = city.HeldOut.Without([(0, 180)]);
        FilledSeries filled = Climatology.Fill(seen, city.Past);
        filled.Count.Should().Be(45);
        double[] expected =
        [
            .. Enumerable.Range(0, city.Past.Length)
                .Where(row => DateTime.FromOADate(city.Past.Times[row]) is { Month: 6 or 7 } day && Math.Abs(day.DayOfYear - 181) <= 7)
                .Select(row => city.Past.Values(0)[row]),
        ];
        filled.Samples(0, 180).ToArray().Should().BeEquivalentTo(expected);
    }

    [Fact]
    public void Score_OfWindAndRain_IsInTheirUnits()
    {
        TimeSeries whole = GapCity.Of("Seattle").HeldOut, seen = whole.Without([(2, 10), (3, 10)]);
        var filled = new FilledSeries(seen, 1, (column, row, _) => column == 2 ? whole.Values(2)[row] + Math.Log(2) : -3);
        var score = new GapScore();
        score.Add(whole, filled, [(2, 10), (3, 10)]);
        score.Of(2).Crps.Should().BeApproximately(Math.Exp(whole.Values(2)[10]), 1e-9, "twice the wind is wrong by the wind");
        score.Of(3).Crps.Should().BeApproximately(Math.Exp(whole.Values(3)[10]) - 1, 1e-6, "there is no negative rain");
    }
}
