using System.Globalization;
using System.Text.Json.Nodes;

namespace Ddpm.Cli.Tests;

public sealed class FillCommandTests : IDisposable
{
    private static readonly string[] Small =
        ["--steps", "4", "--window", "16", "--channels", "8", "--batch-size", "4", "--samples", "5", "--sampling-steps", "3"];

    private readonly Workplace place = new();

    public void Dispose() => place.Dispose();

    [Fact]
    public void Fill_TableWithGaps_WritesMediansQuantilesSamplesAndPlots()
    {
        string[] lines = Write();
        JsonObject report = place.Json(["fill", "{data.csv}", "--out", "{out}", "--save-samples", .. Small]);
        report["gaps"]!.GetValue<int>().Should().Be(8);
        report["held_out"]!.AsArray().Sum(column => column!["cells"]!.GetValue<int>()).Should().BeInRange(4, 20);
        report["plots"]!.AsArray().Select(path => Path.GetFileName($"{path}")).Should().Equal("temp_C.png", "wind.png");

        string[] filled = File.ReadAllLines(place["out/filled.csv"]);
        filled[0].Should().Be("date,temp °C,temp °C_q0.1,temp °C_q0.9,wind,wind_q0.1,wind_q0.9");
        for (int row = 1; row < lines.Length; row++)
        {
            string[] before = lines[row].Split(','), after = filled[row].Split(',');
            after[0].Should().Be(before[0]);
            foreach ((int from, int to) in new[] { (1, 1), (2, 4) })
            {
                if (before[from].Length > 0) after[to..(to + 3)].Should().Equal(before[from], "", "");
                else after[to..(to + 3)].Select(Number).Should().OnlyContain(value => double.IsFinite(value));
            }
        }

        string[] gap = filled[6].Split(',');
        (Number(gap[2]) <= Number(gap[1]) && Number(gap[1]) <= Number(gap[3])).Should().BeTrue("the median lies in its band");
        File.ReadAllLines(place["out/samples.csv"]).Should().HaveCount(9)
            .And.Contain(line => line.StartsWith("2015-01-06,wind,", StringComparison.Ordinal));
        new FileInfo(place["out/temp_C.png"]).Length.Should().BePositive();

        // The same command uses the finished training; the model fills another file.
        byte[] first = File.ReadAllBytes(place["out/filled.csv"]);
        place.Json(["fill", "{data.csv}", "--out", "{out}", .. Small]);
        File.ReadAllBytes(place["out/filled.csv"]).Should().Equal(first);
        JsonObject again = place.Json(
            "fill", "{data.csv}", "--out", "{again}", "--model", "{out/model}", "--samples", "5", "--sampling-steps", "3");
        File.ReadAllBytes(place["again/filled.csv"]).Should().Equal(first);
        again.ContainsKey("held_out").Should().BeFalse();
    }

    [Fact]
    public void Fill_WithOtherOptionsInTheSameFolder_IsRefused()
    {
        Write();
        place.Json(["fill", "{data.csv}", "--out", "{out}", .. Small]);
        (int code, _, string error) = place.Run(["fill", "{data.csv}", "--out", "{out}", .. Small, "--seed", "5"]);
        code.Should().Be(1);
        error.Trim().Should().Contain("Seed").And.NotContain("\n");
    }

    [Theory]
    [InlineData("date,x\n2015-01-01,1\n2015-01-02,2\n", 1, "must have gaps to fill, but every cell of x holds a number")]
    [InlineData("date,x\n2015-01-01,1\n2015-01-02,a\n", 1, "line 3, column 'x' must be a number")]
    [InlineData("date,x\n2015-01-01,1\n2015-01-02,\n", 2, "--window must be a multiple of 4, but is 18", "--window", "18")]
    [InlineData("date,x\n2015-01-01,1\n2015-01-02,\n", 2, "--quantiles must be two or more different numbers", "--quantiles", "0.1,2")]
    [InlineData("date,x\n2015-01-01,1\n2015-01-02,\n", 1, "must have a column 'y', but has date, x", "--columns", "y")]
    public void Fill_WrongInput_EndsWithOneLineAndWritesNothing(string text, int exit, string message, params string[] options)
    {
        File.WriteAllText(place["data.csv"], text);
        (int code, string output, string error) = place.Run(["fill", "{data.csv}", "--out", "{out}", .. options]);
        (code, output).Should().Be((exit, ""));
        error.Trim().Should().Contain(message).And.NotContain("\n");
        Directory.Exists(place["out"]).Should().BeFalse();
    }

    [Fact]
    public void Fill_MissingRows_WarnsOfTheirLine()
    {
        File.WriteAllText(place["data.csv"], "d,x\n2015-01-01,1\n2015-01-02,\n2015-01-03,2\n2015-01-09,1\n2015-01-10,2\n");
        (int code, _, string error) = place.Run(["fill", "{data.csv}", "--out", "{out}", .. Small]);
        code.Should().Be(0);
        error.Should().Contain("longer intervals between rows before line 5 (6 intervals)");
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    // 50 days with four gaps of two cells.
    private string[] Write()
    {
        string[] lines =
        [
            "date,temp °C,wind",
            .. Enumerable.Range(0, 50).Select(day => day % 12 == 5
                ? $"{new DateTime(2015, 1, 1).AddDays(day):yyyy-MM-dd},,"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{new DateTime(2015, 1, 1).AddDays(day):yyyy-MM-dd},{10 * Math.Sin(day):F2},{3 + day % 4}.50")),
        ];
        File.WriteAllLines(place["data.csv"], lines);
        return lines;
    }
}
