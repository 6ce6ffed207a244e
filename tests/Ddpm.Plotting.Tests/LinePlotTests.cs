using System.Globalization;
using System.Xml.Linq;
using Ddpm.Core;
using SkiaSharp;

namespace Ddpm.Plotting.Tests;

public sealed class LinePlotTests : IDisposable
{
    private static readonly PlotSeries Falling = new("falling", [new(5, 2, 0.1), new(50, 0.5, 0.6), new(1000, 0.1)]);
    private static readonly PlotSeries Rising = new("rising", [new(5, 1), new(1000, 6)]) { Weight = LineWeight.Heavy };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-plotting-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("plot.png")]
    [InlineData("PLOT.PNG")]
    public void Save_Png_IsAPictureOfTheSize(string name)
    {
        LinePlot.Save(At(name), [Falling], new LinePlotOptions { Width = 640, Height = 320 });
        using SKBitmap picture = SKBitmap.Decode(At(name));
        (picture.Width, picture.Height).Should().Be((640, 320));
    }

    [Fact]
    public void Save_Svg_HoldsTitleAxesTicksAndLegendAsText()
    {
        StepsPlot.Save(At("steps.svg"), [Falling, Rising], "KID", new LinePlotOptions { Title = "x̂_0", Reference = ("real", 0.05) });
        XElement svg = XDocument.Load(At("steps.svg")).Root!;
        svg.Name.LocalName.Should().Be("svg");
        svg.Attribute("viewBox")!.Value.Should().Be("0 0 900 500");
        string[] texts = [.. svg.Descendants().Where(one => one.Name.LocalName == "text").Select(one => one.Value.Trim())];
        texts.Should().Contain(["x̂_0", "steps", "KID", "5", "50", "1,000", "falling", "rising", "real"]);
        svg.ToString().Should().Contain(PlotTheme.Light.Palette[0]).And.Contain(PlotTheme.Light.Palette[1]);
    }

    [Fact]
    public void Save_Dark_HasADarkBackgroundAndLightText()
    {
        LinePlot.Save(At("dark.png"), [Falling], new LinePlotOptions { Title = "Dark", Theme = PlotTheme.Dark });
        using SKBitmap picture = SKBitmap.Decode(At("dark.png"));
        picture.GetPixel(0, 0).Should().Be(SKColor.Parse(PlotTheme.Dark.Background));
        Enumerable.Range(0, picture.Width * 30).Count(i => picture.GetPixel(i % picture.Width, i / picture.Width).Red > 200)
            .Should().BeGreaterThan(50);
    }

    [Fact]
    public void Save_Twice_GivesTheSameBytes()
    {
        foreach (string name in new[] { "a.svg", "b.svg", "a.png", "b.png" }) LinePlot.Save(At(name), [Falling, Rising]);
        File.ReadAllBytes(At("a.svg")).Should().Equal(File.ReadAllBytes(At("b.svg")));
        File.ReadAllBytes(At("a.png")).Should().Equal(File.ReadAllBytes(At("b.png")));
    }

    [Fact]
    public void Save_LogarithmicX_PlacesEqualRatiosAtEqualDistances()
    {
        PlotSeries powers = new("powers", [new(1, 1), new(10, 2), new(100, 3)]);
        LinePlot.Save(At("log.svg"), [powers], new LinePlotOptions { XScale = AxisScale.Logarithmic });
        double[] xs = Positions("log.svg", PlotTheme.Light.Palette[0]);
        (xs[1] - xs[0]).Should().BeApproximately(xs[2] - xs[1], 0.01);
        LinePlot.Save(At("linear.svg"), [powers]);
        xs = Positions("linear.svg", PlotTheme.Light.Palette[0]);
        (xs[2] - xs[1]).Should().BeApproximately(10 * (xs[1] - xs[0]), 0.1);
    }

    [Fact]
    public void Save_Mistakes_AreNamedAndNothingIsWritten()
    {
        Refused([], "series must have at least one entry, but has none.*");
        Refused([new PlotSeries("empty", [])], "*at least one point, but 'empty' has none*");
        Refused([new PlotSeries("bad", [new(1, double.NaN)])], "series must have finite y, but 'bad' has NaN.*");
        Refused([new PlotSeries("bad", [new(double.PositiveInfinity, 1)])], "series must have finite x, but 'bad' has Infinity.*");
        Refused([new PlotSeries("bad", [new(1, 1, -0.5)])], "*errors that are 0 or more, but 'bad' has -0.5*");
        LinePlotOptions logarithmic = new() { XScale = AxisScale.Logarithmic, YScale = AxisScale.Logarithmic };
        Refused([new PlotSeries("bad", [new(0, 1)])], "*positive x for a logarithmic axis, but 'bad' has 0*", logarithmic);
        Refused([Falling], "*positive y for a logarithmic axis, but 'real' has -1*", logarithmic with { Reference = ("real", -1) });
        Refused([Falling], "Width must be 100 … 16384 pixels, but is 99.*", new() { Width = 99 });
        FluentActions.Invoking(() => LinePlot.Save(At("plot.jpg"), [Falling])).Should().Throw<ArgumentException>()
            .WithMessage("path must end with .png or .svg, but is *plot.jpg.*");
        folder.GetFiles().Should().BeEmpty();
    }

    [Fact]
    public void Save_FolderThatIsNotThere_Throws() =>
        FluentActions.Invoking(() => LinePlot.Save(At("none/plot.png"), [Falling])).Should().Throw<IOException>();

    [Fact]
    public void TimestepLossPlot_Intervals_AreStairs()
    {
        TimestepLossPlot.Save(At("t.svg"), [("step 400", [new(0, 99, 0.2), new(100, 199, 0.1)])]);
        double[] xs = Positions("t.svg", PlotTheme.Light.Palette[0]);
        xs.Should().HaveCount(4);
        xs[1].Should().BeApproximately(xs[2], 0.01);
        (xs[1] - xs[0]).Should().BeApproximately(xs[3] - xs[2], 0.01);
        FluentActions.Invoking(() => TimestepLossPlot.Save(At("bad.svg"), [("bad", [new(5, 4, 0.2)])])).Should().Throw<ArgumentException>()
            .WithMessage("losses must have intervals 0 ≤ First ≤ Last, but one is 5 … 4.*");
    }

    [Fact]
    public void RateDistortionPlot_LogarithmicRates_LeavesOutTheRateOfZero()
    {
        static Estimate Of(double value) => new(value, 0, 0);
        RateDistortionPoint[] points =
            [.. Enumerable.Range(0, 5).Select(i => new RateDistortionPoint(i + 1, 4 - i, Of(i * 0.1), Of(60 - i)))];
        RateDistortionPlot.Save(At("linear.svg"), [("test", points)]);
        RateDistortionPlot.Save(At("rate.svg"), [("test", points)], new() { XScale = AxisScale.Logarithmic });
        Positions("linear.svg", PlotTheme.Light.Palette[0]).Should().HaveCount(5);
        Positions("rate.svg", PlotTheme.Light.Palette[0]).Should().HaveCount(4);
    }

    // The x of each point of the line in a colour.
    private double[] Positions(string name, string color)
    {
        string path = XDocument.Load(At(name)).Descendants()
            .Where(one => one.Name.LocalName == "path")
            .Where(one => one.Attribute("stroke")?.Value.Equals(color, StringComparison.OrdinalIgnoreCase) == true)
            .Select(one => one.Attribute("d")!.Value).MaxBy(d => d.Count(letter => letter == 'L'))!;
        return [.. path.Split(['M', 'L'], StringSplitOptions.RemoveEmptyEntries)
            .Select(point => double.Parse(point.Split(' ')[0], CultureInfo.InvariantCulture))];
    }

    private void Refused(IReadOnlyList<PlotSeries> series, string message, LinePlotOptions? options = null) =>
        FluentActions.Invoking(() => LinePlot.Save(At("bad.png"), series, options))
            .Should().Throw<ArgumentException>().WithMessage(message);

    private string At(string name) => Path.Combine(folder.FullName, name);
}
