using Ddpm.Core;
using SkiaSharp;

namespace Ddpm.Plotting.Tests;

public sealed class LossPlotTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-plotting-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Save_Losses_DrawsTextAndCurve()
    {
        string path = Path.Combine(folder.FullName, "loss.png");
        LossPlot.Save(path, [.. Enumerable.Range(1, 500).Select(i => 1.0 / i + 0.05)]);

        using SKBitmap picture = SKBitmap.Decode(path);
        (picture.Width, picture.Height).Should().Be((900, 500));
        // The title stands in the top rows: without a font they would be blank.
        int dark = 0;
        for (int y = 0; y < 30; y++)
        {
            for (int x = 0; x < picture.Width; x++) dark += picture.GetPixel(x, y).Red < 100 ? 1 : 0;
        }

        dark.Should().BeGreaterThan(100);
    }

    [Fact]
    public void Save_FallingLossesOfATraining_DrawsACurveFromTopToBottom()
    {
        string path = Path.Combine(folder.FullName, "means.png");
        PlotPoint[] points = [.. Enumerable.Range(1, 50).Select(i => new PlotPoint(50 * i, Math.Pow(10, -i / 25.0)))];
        LossPlot.Save(path, [new PlotSeries("mean", points)]);

        using SKBitmap picture = SKBitmap.Decode(path);
        int[] rows = [.. Enumerable.Range(0, picture.Width * picture.Height)
            .Where(i => picture.GetPixel(i % picture.Width, i / picture.Width) is { Red: < 40, Green: > 90 and < 140, Blue: > 150 })
            .Select(i => i / picture.Width)];
        // Of the 500 rows some 400 are the axes' inside: a straight line on a logarithmic scale crosses them all.
        (rows.Max() - rows.Min()).Should().BeGreaterThan(300);
        rows.Distinct().Count().Should().BeGreaterThan(300);
    }

    [Fact]
    public void MovingMean_Window_IsThatOfTheLastEntries() =>
        LossPlot.MovingMean([1, 2, 3, 4], 2).Should().Equal(1, 1.5, 2.5, 3.5);

    [Fact]
    public void Save_BadLosses_Throws()
    {
        string path = Path.Combine(folder.FullName, "loss.png");
        FluentActions.Invoking(() => LossPlot.Save(path, Array.Empty<double>())).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => LossPlot.Save(path, [1, double.NaN])).Should().Throw<ArgumentException>().WithMessage("*NaN*");
        FluentActions.Invoking(() => LossPlot.Save(path, Array.Empty<PlotSeries>())).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => LossPlot.Save(path, [PlotSeries.Of("mean", [0])])).Should().Throw<ArgumentException>()
            .WithMessage("*positive*0*");
        File.Exists(path).Should().BeFalse();
    }

    [Fact]
    public void RateDistortion_Points_AreDrawn()
    {
        string path = Path.Combine(folder.FullName, "rate.png");
        static Estimate Of(double value) => new(value, 0, 0);
        RateDistortionPoint[] points =
            [.. Enumerable.Range(1, 20).Select(i => new RateDistortionPoint(i, 20 - i, Of(0.1 * i), Of(60 - 3 * i)))];
        RateDistortionPlot.Save(path, [("test", points)]);
        using SKBitmap picture = SKBitmap.Decode(path);
        Enumerable.Range(0, picture.Width * picture.Height)
            .Count(i => picture.GetPixel(i % picture.Width, i / picture.Width) is { Red: < 40, Green: > 90 and < 140, Blue: > 150 })
            .Should().BeGreaterThan(500);
        FluentActions.Invoking(() => RateDistortionPlot.Save(path, [])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => RateDistortionPlot.Save(path, [("none", [])])).Should().Throw<ArgumentException>()
            .WithMessage("Each of curves must have at least one point, but 'none' has none*");
        FluentActions.Invoking(() => RateDistortionPlot.Save(path, [("bad", [new RateDistortionPoint(1, 0, Of(double.NaN), Of(1))])]))
            .Should().Throw<ArgumentException>().WithMessage("curves must be finite, but 'bad' is not*");
    }
}
