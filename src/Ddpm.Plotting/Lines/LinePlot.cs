using ScottPlot;
using ScottPlot.Plottables;

namespace Ddpm.Plotting;

/// <summary>Plots series of points as lines, in the style of all plots: one font, colours that everyone tells apart, a legend.</summary>
public static class LinePlot
{
    private const float LineWidth = 2, MarkerSize = 8;

    private static readonly MarkerShape[] Shapes =
    [
        MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond,
        MarkerShape.FilledTriangleDown, MarkerShape.OpenCircle,
    ];

    private static readonly LinePattern[] Patterns = [LinePattern.Solid, LinePattern.Dashed, LinePattern.Dotted];

    /// <summary>Writes the plot as PNG or SVG, as the file's name ends, in one piece or not at all.</summary>
    /// <param name="path">The file, with the ending .png or .svg; its folder must exist.</param>
    /// <param name="series">The series; at least one, each with at least one point. All numbers finite.</param>
    /// <param name="options">Titles, axes, size and colours.</param>
    /// <exception cref="ArgumentException">
    /// There is no series or point, a number is not finite or, on a logarithmic axis, not positive, an error is negative, or the file's
    /// name has another ending.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyList<PlotSeries> series, LinePlotOptions? options = null)
    {
        bool svg = PlotFile.IsSvg(path);
        options ??= LinePlotOptions.Default;
        Check(series, options);
        PlotSize.Check(options.Width, options.Height);
        string font = EmbeddedFont.Register();
        using var plot = new Plot();
        plot.Font.Set(font);
        plot.Legend.FontName = font;
        for (int index = 0; index < series.Count; index++) Add(plot, series[index], index, options);
        if (options.Reference is { } reference) AddReference(plot, reference.Name, reference.Value, options);
        Dress(plot, options);
        AddLegend(plot, series.Count + (options.Reference is null ? 0 : 1), options.Theme);
        PlotFile.Save(path, svg, options.Width, options.Height, plot);
    }

    private static void Add(Plot plot, PlotSeries series, int index, LinePlotOptions options)
    {
        PlotTheme theme = options.Theme;
        Color color = Color.FromHex(theme.Palette[index % theme.Palette.Length]);
        double[] xs = [.. series.Points.Select(point => AxisTicks.Place(point.X, options.XScale))];
        double[] ys = [.. series.Points.Select(point => AxisTicks.Place(point.Y, options.YScale))];
        if (series.Points.Any(point => point.Error > 0)) AddErrors(plot, series, xs, ys, color, options.YScale);
        Scatter line = plot.Add.Scatter(xs, ys, color);
        line.LineWidth = series.Weight switch { LineWeight.Light => LineWidth / 2, LineWeight.Heavy => 2 * LineWidth, _ => LineWidth };
        line.LinePattern = Patterns[index / theme.Palette.Length % Patterns.Length];
        line.MarkerSize = options.Markers ? MarkerSize : 0;
        line.MarkerShape = Shapes[index % Shapes.Length];
        line.LegendText = series.Name;
        if (series.Weight == LineWeight.Light) line.Color = color.WithAlpha(0.4);
    }

    private static void AddErrors(Plot plot, PlotSeries series, double[] xs, double[] ys, Color color, AxisScale scale)
    {
        double[] up = [.. series.Points.Select((point, i) => AxisTicks.Place(point.Y + point.Error, scale) - ys[i])];
        // On a logarithmic axis a bar that reaches 0 ends at a tenth of the value.
        double[] down =
        [
            .. series.Points.Select((point, i) => scale == AxisScale.Linear
                ? point.Error
                : ys[i] - Math.Log10(Math.Max(point.Y - point.Error, point.Y / 10))),
        ];
        var bars = new ErrorBar(xs, ys, null, null, down, up) { Color = color.WithAlpha(0.6), LineWidth = 1, CapSize = 3 };
        plot.Add.Plottable(bars);
    }

    private static void AddReference(Plot plot, string name, double value, LinePlotOptions options)
    {
        HorizontalLine line = plot.Add.HorizontalLine(AxisTicks.Place(value, options.YScale));
        line.Color = Color.FromHex(options.Theme.Muted);
        line.LineWidth = LineWidth;
        line.LinePattern = LinePattern.Dashed;
        line.LegendText = name;
    }

    /// <summary>Gives a plot titles, axes and colours, and limits that show all that was added.</summary>
    internal static void Dress(Plot plot, LinePlotOptions options)
    {
        PlotTheme theme = options.Theme;
        Color foreground = Color.FromHex(theme.Foreground);
        plot.FigureBackground.Color = Color.FromHex(theme.Background);
        plot.DataBackground.Color = Color.FromHex(theme.Panel);
        plot.Axes.Color(foreground);
        plot.Grid.MajorLineColor = Color.FromHex(theme.Grid);
        plot.Axes.Right.FrameLineStyle.Width = plot.Axes.Top.FrameLineStyle.Width = 0;
        plot.Title(options.Title, 18);
        plot.XLabel(options.XLabel, 15);
        plot.YLabel(options.YLabel, 15);
        plot.Axes.Title.Label.Bold = plot.Axes.Bottom.Label.Bold = plot.Axes.Left.Label.Bold = false;
        plot.Axes.Bottom.TickLabelStyle.FontSize = plot.Axes.Left.TickLabelStyle.FontSize = 13;
        plot.Axes.Margins(0.03, 0.06);
        plot.Axes.AutoScale();
        AxisLimits limits = plot.Axes.GetLimits();
        if (options is { FromZero: true, YScale: AxisScale.Linear })
        {
            plot.Axes.SetLimitsY(0, limits.Top);
        }

        if (options.XTicks is { IsDefaultOrEmpty: false } ticks) plot.Axes.Bottom.TickGenerator = AxisTicks.At(ticks, options.XScale);
        else if (options.XScale == AxisScale.Logarithmic) plot.Axes.Bottom.TickGenerator = Ticks(limits.Left, limits.Right);
        if (options.YScale == AxisScale.Logarithmic) plot.Axes.Left.TickGenerator = Ticks(limits.Bottom, limits.Top);
    }

    // A single line needs no legend, two lines leave room for one inside, more have it beside them.
    internal static void AddLegend(Plot plot, int entries, PlotTheme theme)
    {
        if (entries == 1)
        {
            plot.HideLegend();
            return;
        }

        if (entries == 2) plot.ShowLegend(Alignment.UpperRight);
        else plot.ShowLegend(Edge.Right).Alignment = Alignment.UpperCenter;
        plot.Legend.FontSize = 14;
        plot.Legend.FontColor = Color.FromHex(theme.Foreground);
        plot.Legend.BackgroundColor = Color.FromHex(theme.Background);
        plot.Legend.OutlineColor = Color.FromHex(theme.Grid);
        plot.Legend.ShadowColor = Colors.Transparent;
    }

    private static ScottPlot.TickGenerators.NumericManual Ticks(double low, double high) =>
        AxisTicks.Logarithmic(Math.Pow(10, low), Math.Pow(10, high));

    private static void Check(IReadOnlyList<PlotSeries> series, LinePlotOptions options)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.Count == 0) throw new ArgumentException("series must have at least one entry, but has none.", nameof(series));
        foreach (PlotSeries one in series)
        {
            ArgumentNullException.ThrowIfNull(one, nameof(series));
            if (one.Points.Count == 0)
            {
                throw new ArgumentException($"Each of series must have at least one point, but '{one.Name}' has none.", nameof(series));
            }

            foreach (PlotPoint point in one.Points)
            {
                Check(point.X, "x", options.XScale, one.Name);
                Check(point.Y, "y", options.YScale, one.Name);
                if (point.Error < 0 || !double.IsFinite(point.Error))
                {
                    throw Bad(FormattableString.Invariant($"errors that are 0 or more, but '{one.Name}' has {point.Error}"));
                }
            }
        }

        if (options.Reference is { } reference) Check(reference.Value, "y", options.YScale, reference.Name);
    }

    private static void Check(double value, string axis, AxisScale scale, string name)
    {
        if (!double.IsFinite(value)) throw Bad(FormattableString.Invariant($"finite {axis}, but '{name}' has {value}"));
        if (scale == AxisScale.Logarithmic && value <= 0)
        {
            throw Bad(FormattableString.Invariant($"positive {axis} for a logarithmic axis, but '{name}' has {value}"));
        }
    }

    private static ArgumentException Bad(string what, string series = "series") => new($"{series} must have {what}.", nameof(series));
}
