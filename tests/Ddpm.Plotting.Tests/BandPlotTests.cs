using System.Xml.Linq;
using SkiaSharp;

namespace Ddpm.Plotting.Tests;

public sealed class BandPlotTests : IDisposable
{
    private static readonly double Gap = double.NaN;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-plotting-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Save_Svg_NamesDatesUnitsAndParts()
    {
        BandPlot.Save(At("band.svg"), Series(days: 60), new LinePlotOptions { Title = "temp", YLabel = "°C", XLabel = "date" });
        XElement svg = XDocument.Load(At("band.svg")).Root!;
        string[] texts = [.. svg.Descendants().Where(one => one.Name.LocalName == "text").Select(one => one.Value.Trim())];
        texts.Should().Contain(["temp", "°C", "date", "observed", "median", "80 % band"]);
        texts.Should().Contain(text => text.StartsWith("2015-", StringComparison.Ordinal));
    }

    [Fact]
    public void Save_Png_ShadesTheGapInBothThemes()
    {
        foreach (PlotTheme theme in new[] { PlotTheme.Light, PlotTheme.Dark })
        {
            BandPlot.Save(At("band.png"), Series(days: 60), new LinePlotOptions { Theme = theme });
            using SKBitmap picture = SKBitmap.Decode(At("band.png"));
            picture.GetPixel(0, 0).Should().Be(SKColor.Parse(theme.Background));
            SKColor filled = SKColor.Parse(theme.Palette[1]);
            picture.Pixels.Count(pixel => pixel == filled).Should().BePositive("the median has the second colour");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Save_FewRows_DrawsThem(int days)
    {
        BandPlot.Save(At("few.png"), Series(days));
        new FileInfo(At("few.png")).Length.Should().BePositive();
    }

    [Fact]
    public void Save_WrongSeries_IsRefusedAndWritesNothing()
    {
        BandSeries series = Series(days: 5);
        double[] noBand = [0, 0, Gap, 0, 0];
        FluentActions.Invoking(() => BandPlot.Save(At("x.png"), series with { Upper = noBand })).Should().Throw<ArgumentException>()
            .WithMessage("*finite band*row 2*");
        FluentActions.Invoking(() => BandPlot.Save(At("x.png"), series with { Times = [1, 2, 2, 3, 4] })).Should()
            .Throw<ArgumentException>().WithMessage("*ascending Times*");
        FluentActions.Invoking(() => BandPlot.Save(At("x.png"), series with { Middle = [1] })).Should().Throw<ArgumentException>()
            .WithMessage("*5 numbers in Middle*");
        FluentActions.Invoking(() => BandPlot.Save(At("x.gif"), series)).Should().Throw<ArgumentException>().WithMessage("*.png or .svg*");
        folder.GetFiles().Should().BeEmpty();
    }

    // The third of each five days is a gap.
    private static BandSeries Series(int days)
    {
        double[] rows = [.. Enumerable.Range(0, days).Select(day => (double)day)];
        double start = new DateTime(2015, 1, 1).ToOADate();
        return new BandSeries(
            [.. rows.Select(day => start + day)],
            [.. rows.Select(day => day % 5 == 2 ? Gap : Math.Sin(day / 5))],
            [.. rows.Select(_ => -1.0)],
            [.. rows.Select(_ => 0.0)],
            [.. rows.Select(_ => 1.0)])
        {
            HasDates = true,
        };
    }

    private string At(string name) => Path.Combine(folder.FullName, name);
}
