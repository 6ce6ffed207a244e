using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace Ddpm.Plotting;

/// <summary>Plots a line whose gaps are filled: the observed numbers, and in each gap a middle line in a band on a shaded ground.</summary>
public static class BandPlot
{
    private const double DaysWithTimesOfDay = 4;

    /// <summary>Writes the plot as PNG or SVG, as the file's name ends, in one piece or not at all.</summary>
    /// <param name="path">The file, with the ending .png or .svg; its folder must exist.</param>
    /// <param name="series">The line with its gaps; at least one row.</param>
    /// <param name="options">Titles, the names of the axes with units, size and colours; scales, ticks and marks are not used.</param>
    /// <exception cref="ArgumentException">
    /// The lists of the series are not of one length ≥ 1, its times do not ascend, a band is not finite or has its lower end above its
    /// upper one, or the file's name has another ending.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, BandSeries series, LinePlotOptions? options = null)
    {
        bool svg = PlotFile.IsSvg(path);
        options ??= LinePlotOptions.Default;
        Check(series);
        PlotSize.Check(options.Width, options.Height);
        string font = EmbeddedFont.Register();
        using var plot = new Plot();
        plot.Font.Set(font);
        plot.Legend.FontName = font;
        (int First, int Last, bool Observed)[] runs = [.. Runs(series)];
        Color observed = Color.FromHex(options.Theme.Palette[0]), filled = Color.FromHex(options.Theme.Palette[1]);
        Color ground = Color.FromHex(options.Theme.Muted).WithAlpha(0.12);
        foreach ((int first, int last, bool isObserved) in runs)
        {
            if (!isObserved) AddGap(plot, series, first, last, ground, filled);
        }

        foreach ((int first, int last, bool isObserved) in runs)
        {
            if (isObserved) AddLine(plot, series, first, last, observed);
        }

        LinePlot.Dress(plot, options with { XScale = AxisScale.Linear, YScale = AxisScale.Linear, XTicks = [] });
        if (series.HasDates) plot.Axes.Bottom.TickGenerator = Dates(series);
        NameOnce(plot, series, runs);
        LinePlot.AddLegend(plot, runs.Any(run => !run.Observed) ? 3 : 1, options.Theme);
        PlotFile.Save(path, svg, options.Width, options.Height, plot);
    }

    // Rows that are all observed, or all gaps.
    private static IEnumerable<(int First, int Last, bool Observed)> Runs(BandSeries series)
    {
        int first = 0;
        for (int row = 1; row <= series.Times.Count; row++)
        {
            bool observed = !double.IsNaN(series.Observed[first]);
            if (row < series.Times.Count && !double.IsNaN(series.Observed[row]) == observed) continue;
            yield return (first, row - 1, observed);
            first = row;
        }
    }

    private static void AddLine(Plot plot, BandSeries series, int first, int last, Color color)
    {
        IEnumerable<int> rows = Enumerable.Range(first, last - first + 1);
        Scatter line = plot.Add.Scatter(
            rows.Select(row => series.Times[row]).ToArray(), rows.Select(row => series.Observed[row]).ToArray(), color);
        line.LineWidth = 1.5f;
        // A number between two gaps has no line.
        line.MarkerSize = first == last ? 4 : 0;
    }

    // The band begins and ends at the observed numbers beside the gap.
    private static void AddGap(Plot plot, BandSeries series, int first, int last, Color ground, Color color)
    {
        int from = Math.Max(0, first - 1), to = Math.Min(series.Times.Count - 1, last + 1);
        HorizontalSpan shade = plot.Add.HorizontalSpan(series.Times[from], series.Times[to], ground);
        shade.LineStyle.Width = 0;
        int[] rows = [.. Enumerable.Range(from, to - from + 1)];
        double Of(IReadOnlyList<double> filled, int row) => row < first || row > last ? series.Observed[row] : filled[row];
        double[] times = [.. rows.Select(row => series.Times[row])];
        FillY band = plot.Add.FillY(
            times, rows.Select(row => Of(series.Lower, row)).ToArray(), rows.Select(row => Of(series.Upper, row)).ToArray());
        band.FillColor = color.WithAlpha(0.35);
        band.LineWidth = 0;
        band.MarkerSize = 0;
        Scatter middle = plot.Add.Scatter(times, rows.Select(row => Of(series.Middle, row)).ToArray(), color);
        middle.LineWidth = 1.5f;
        middle.MarkerSize = rows.Length == 1 ? 4 : 0;
    }

    private static void NameOnce(Plot plot, BandSeries series, (int First, int Last, bool Observed)[] runs)
    {
        // Gaps were added first, each with its middle line.
        Scatter[] lines = [.. plot.GetPlottables<Scatter>()];
        int gaps = runs.Count(run => !run.Observed);
        if (gaps < lines.Length) lines[gaps].LegendText = "observed";
        if (gaps == 0) return;
        lines[0].LegendText = series.MiddleName;
        plot.GetPlottables<FillY>().First().LegendText = series.BandName;
    }

    private static DateTimeAutomatic Dates(BandSeries series)
    {
        string format = series.Times[^1] - series.Times[0] > DaysWithTimesOfDay ? "yyyy-MM-dd" : "yyyy-MM-dd\nHH:mm";
        return new DateTimeAutomatic { LabelFormatter = time => time.ToString(format, CultureInfo.InvariantCulture) };
    }

    private static void Check(BandSeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        int rows = series.Times.Count;
        if (rows < 1) throw new ArgumentException("series must have at least one row, but has none.", nameof(series));
        foreach ((string name, IReadOnlyList<double> list) in new[]
        {
            (nameof(series.Observed), series.Observed), (nameof(series.Lower), series.Lower), (nameof(series.Middle), series.Middle),
            (nameof(series.Upper), series.Upper),
        })
        {
            if (list.Count != rows)
            {
                throw new ArgumentException(
                    $"series must have {rows} numbers in {name}, as in Times, but has {list.Count}.", nameof(series));
            }
        }

        for (int row = 0; row < rows; row++)
        {
            if (!double.IsFinite(series.Times[row]) || (row > 0 && series.Times[row] <= series.Times[row - 1]))
            {
                throw new ArgumentException(
                    $"series must have finite, ascending Times, but row {row} has {series.Times[row]}.", nameof(series));
            }

            if (!double.IsNaN(series.Observed[row])) continue;
            if (!double.IsFinite(series.Middle[row]) || !double.IsFinite(series.Lower[row]) || !double.IsFinite(series.Upper[row])
                || series.Lower[row] > series.Upper[row])
            {
                throw new ArgumentException(
                    $"series must have a finite band in each gap, its lower end first, but row {row} has {series.Lower[row]}, "
                    + $"{series.Middle[row]}, {series.Upper[row]}.",
                    nameof(series));
            }
        }
    }
}
