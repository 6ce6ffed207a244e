using static TorchSharp.torch;

namespace Weather.Tests;

public sealed class WeatherRunTests : IDisposable
{
    private readonly DirectoryInfo output = Directory.CreateTempSubdirectory("ddpm-weather-");

    public void Dispose() => output.Delete(recursive: true);

    [Fact]
    public void Execute_FewSteps_DrawsMonthsOfEachCityAndMeasuresThem()
    {
        using var console = new StringWriter();
        IReadOnlyList<WeatherReport> reports = WeatherRun.Execute(new WeatherOptions(2, 6, 1, output), console, default);

        reports.Select(report => report.City).Should().Equal("Seattle", "New York");
        // What is real does not depend on the network: New York is the windier one, and 2015 was warm in Seattle.
        reports[1].Past.Wind.Should().BeGreaterThan(reports[0].Past.Wind + 1);
        reports[0].HeldOut.Highest.Should().BeGreaterThan(reports[0].Past.Highest + 1);
        reports.Should()
            .OnlyContain(report =>
                report.Past.Impossible == 0 && report.HeldOut.Impossible == 0 && report.PastDistance < report.NoiseDistance / 4);
        console.ToString().Should().Contain("step 2/2").And.Contain("dry days").And.Contain("Fréchet distance");
        string[] lines = File.ReadAllLines(Path.Combine(output.FullName, "months.csv"));
        lines.Should().HaveCount(1 + 2 * 6 * 32);
        lines[0].Should().Be("city,month,day,temp_max,temp_min,wind,precipitation");
        lines[^1].Should().StartWith("New York,5,31,");
        File.ReadAllText(Path.Combine(output.FullName, "months.svg")).Should()
            .StartWith("<svg").And.EndWith("</svg>\n").And.NotContain("NaN")
            .And.Contain("Months of weather").And.Contain("°C").And.Contain("rain, mm a day").And.Contain("1 Jan – 1 Feb")
            .And.Contain("30 Nov – 31 Dec").And.Contain("prefers-color-scheme:dark");
    }

    [Fact]
    public void Load_EmbeddedWeather_IsAllThereAndComesBackInItsUnits()
    {
        using var data = new WeatherData();
        data.Training.Select(months => months.shape).Should().AllBeEquivalentTo(new long[] { 1096 - 31, 4, 32 });
        data.HeldOut.Select(months => months.shape).Should().AllBeEquivalentTo(new long[] { 365 - 31, 4, 32 });
        // The file's first line: 2012-01-01, 0.0 mm, 12.8 °C, 5.0 °C, 4.7 m/s.
        using Tensor units = data.ToUnits(data.Training[0]);
        float[] first = [.. Enumerable.Range(0, 4).Select(variable => units[0, variable, 0].item<float>())];
        first.Zip([12.8f, 5f, 4.7f, 0f]).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4f);
    }

    [Fact]
    public void Of_MonthsMadeByHand_AreMeasuredRight()
    {
        // Highest: 10 and 20 by turns; lowest: 5 below, but above on one day of 64; rain on every fourth day; wind 3.
        float[] day = [.. Enumerable.Range(0, 32).Select(d => d % 2 == 0 ? 10f : 20f)];
        float[] rain = [.. Enumerable.Range(0, 32).Select(d => d % 4 == 0 ? 6f : 0.1f)];
        using Tensor highest = tensor(day);
        using Tensor month = stack([highest, highest - 5, full_like(highest, 3), tensor(rain)]);
        using Tensor months = stack([month, month]);
        months[1, 1, 7] = tensor(21f);

        WeatherMeasures measures = WeatherMeasures.Of(months);
        measures.Highest.Should().Be(15);
        measures.Spread.Should().BeApproximately(Math.Sqrt(25 * 64 / 63.0), 1e-9);
        measures.Memory.Should().BeApproximately(-1, 1e-9, "each day is the opposite of the one before");
        measures.Together.Should().BeInRange(0.97, 0.999);
        (measures.Dry, measures.Wind, measures.Impossible).Should().Be((0.75, 3, 1 / 64.0));
        // Changes of ±10, sixteen up and fifteen down in each month.
        measures.Change.Should().BeApproximately(Math.Sqrt((62 * 100 - 62 * Math.Pow(10 / 31.0, 2)) / 61), 1e-9);
    }
}
