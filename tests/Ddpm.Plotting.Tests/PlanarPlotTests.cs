using System.Xml.Linq;
using SkiaSharp;
using static TorchSharp.torch;

namespace Ddpm.Plotting.Tests;

public sealed class PlanarPlotTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-plotting-");
    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Save_Point_StandsWhereTheAxesSay()
    {
        // Of -1.5 … 1.5 over 150 pixels, behind a margin of 10: x = 0.75 stands at 112.5, y = 0.75 at 37.5 from above.
        PlanarPlot.Save(At("point.png"), [new PlanarPanel { Points = tensor(new float[,] { { 0.75f, 0.75f }, { 9, 9 } }) }], Small);
        using SKBitmap picture = SKBitmap.Decode(At("point.png"));
        (picture.Width, picture.Height).Should().Be((170, 170));
        (int X, int Y)[] blue =
        [
            .. Enumerable.Range(0, 170 * 170).Select(i => (X: i % 170, Y: i / 170)).Where(at => IsBlue(picture.GetPixel(at.X, at.Y))),
        ];
        blue.Should().NotBeEmpty();
        blue.Average(at => at.X).Should().BeApproximately(10 + 112.5 - 0.5, 1);
        blue.Average(at => at.Y).Should().BeApproximately(10 + 37.5 - 0.5, 1);
    }

    [Fact]
    public void Save_Panels_HaveTitlesShadesArrowsAndPaths()
    {
        Tensor places = tensor(new float[,] { { 0, 0 }, { 1, 1 } });
        PlanarPlot.Save(
            At("panels.svg"),
            [
                new PlanarPanel { Title = "density", Density = places },
                new PlanarPanel { Title = "field", Arrows = (places, tensor(new float[,] { { 1, 0 }, { 0, 0 } })) },
                new PlanarPanel { Title = "paths", Paths = tensor(new float[,,] { { { 0, 0 }, { 1, 0 }, { 1, 1 } } }) },
            ],
            Small with { Title = "All", Columns = 2, RowTitles = ["first", "second"] });
        XElement svg = XDocument.Load(At("panels.svg")).Root!;
        svg.Descendants().Where(one => one.Name.LocalName == "text").Select(one => one.Value.Trim())
            .Should().BeEquivalentTo("All", "density", "field", "paths", "first", "second");
        svg.Descendants().Count(one => one.Name.LocalName == "image").Should().Be(1);
        svg.Descendants().Count(one => one.Name.LocalName == "path").Should().BeGreaterThanOrEqualTo(3, "arrows, a path and its end");
    }

    [Fact]
    public void Animation_Frames_EndAtTheLastAndMoveThroughAll()
    {
        Tensor first = tensor(new float[,] { { -1.5f, 1.5f }, { 0, 0 } }), last = tensor(new float[,] { { 1.5f, -1.5f }, { 0, 0 } });
        PlanarAnimation.Save(At("move.svg"), [("t < 2", first), ("t = 0", last)], 3, Small with { Title = "Way" });
        XElement[] circles = [.. XDocument.Load(At("move.svg")).Descendants().Where(one => one.Name.LocalName == "circle")];
        circles.Should().HaveCount(2);
        circles[0].Attribute("cx")!.Value.Should().Be("1000", "a viewer that does not animate shows the last frame");
        circles[0].Elements().Select(one => one.Attribute("values")!.Value).Should().Equal("0;1000;1000", "0;1000;1000");
        File.ReadAllText(At("move.svg")).Should().Contain("prefers-color-scheme: dark").And.Contain("t &lt; 2");
    }

    [Theory]
    [InlineData(3, 31)]
    [InlineData(0.01, 2)]
    public void Animation_AsPng_HoldsTheWayAndRestsAtTheEnd(double seconds, int pictures)
    {
        // A point goes from left to right.
        Tensor first = tensor(new float[,] { { -0.75f, 0 } }), last = tensor(new float[,] { { 0.75f, 0 } });
        PlanarAnimation.Save(At("move.png"), [("t = 1", first), ("t = 0", last)], seconds, Small with { Theme = PlotTheme.Dark });
        AnimatedPngFile file = AnimatedPngFile.Read(File.ReadAllBytes(At("move.png")));

        file.Plays.Should().Be(0, "it repeats for ever");
        file.Frames.Should().HaveCount(pictures);
        file.Frames.Sum(frame => frame.Seconds).Should().BeApproximately(seconds + 1.5, 1e-3 * pictures);
        file.Frames[^1].Seconds.Should().Be(1.5);
        file.Still.Should().Equal(file.Frames[^1].Png, "a viewer that does not animate shows the last frame");
        double[] places = [.. file.Frames.Select(frame => Across(frame.Png))];
        for (int k = 0; k < pictures; k++) places[k].Should().BeApproximately(150 * (0.25 + 0.5 * k / (pictures - 1)) - 0.5, 1);

        using SKBitmap still = SKBitmap.Decode(At("move.png"));
        (still.Width, still.Height).Should().Be((150, 180));
        still.GetPixel(0, 0).Should().Be(SKColor.Parse(PlotTheme.Dark.Background));

        static double Across(byte[] png)
        {
            using SKBitmap picture = SKBitmap.Decode(png);
            // Under the head, where the caption stands.
            return Enumerable.Range(0, 150 * 150).Where(i => picture.GetPixel(i % 150, 30 + i / 150).Blue > 80).Average(i => i % 150);
        }
    }

    [Fact]
    public void Save_Mistakes_AreNamedAndNothingIsWritten()
    {
        Tensor points = zeros(3, 2);
        Refused(new PlanarPanel { Points = zeros(3, 3) }, Small, "Points must hold floating-point *[N, 2], but holds *[3, 3]*");
        Refused(new PlanarPanel { Points = points / 0 }, Small, "Points must be finite, but 6 of 6 numbers are not.*");
        Refused(new PlanarPanel { Paths = points }, Small, "Paths must hold *[N, steps, 2]*[3, 2]*");
        PlanarPanel uneven = new() { Arrows = (points, zeros(2, 2)) };
        Refused(uneven, Small, "Arrows must have as many directions as places, but have 2 and 3.*");
        Refused(new PlanarPanel(), Small with { Extent = 0 }, "Extent must be finite and above 0, but is 0.*");
        Refused(new PlanarPanel(), Small with { PanelSize = 39 }, "PanelSize must be 40 … 2000 pixels, but is 39.*");
        Refused(
            new PlanarPanel(), Small with { RowTitles = ["a", "b"] }, "RowTitles must be as many as the 1 rows of 1 panels, but are 2.*");
        FluentActions.Invoking(() => PlanarPlot.Save(At("bad.png"), [])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => PlanarAnimation.Save(At("bad.svg"), [("one", points)])).Should().Throw<ArgumentException>()
            .WithMessage("frames must be at least 2, but are 1.*");
        FluentActions.Invoking(() => PlanarAnimation.Save(At("bad.svg"), [("one", points), ("two", zeros(2, 2))]))
            .Should().Throw<ArgumentException>().WithMessage("frames must all have the 3 points of the first, but one has 2.*");
        FluentActions.Invoking(() => PlanarAnimation.Save(At("bad.gif"), [("one", points), ("two", points)]))
            .Should().Throw<ArgumentException>().WithMessage("path must end with .png or .svg, but is *");
        foreach (double seconds in new[] { 0, 60.1, double.NaN })
        {
            FluentActions.Invoking(() => PlanarAnimation.Save(At("bad.png"), [("one", points), ("two", points)], seconds))
                .Should().Throw<ArgumentOutOfRangeException>().WithMessage("seconds must be above 0 and at most 60, but is *");
        }

        folder.GetFiles().Should().BeEmpty();
    }

    private static PlanarPlotOptions Small { get; } = new() { PanelSize = 150 };

    private static bool IsBlue(SKColor pixel) => pixel is { Red: < 130, Blue: > 150 };

    private void Refused(PlanarPanel panel, PlanarPlotOptions options, string message) =>
        FluentActions.Invoking(() => PlanarPlot.Save(At("bad.png"), [panel], options)).Should().Throw<ArgumentException>()
            .WithMessage(message);

    private string At(string name) => Path.Combine(folder.FullName, name);
}
