using Ddpm.Core;

namespace Ddpm.Plotting;

/// <summary>Plots progressive coding: the error of x̂_0 over the bits received (Ho et al. 2020, arXiv:2006.11239, Fig. 5, right).</summary>
public static class RateDistortionPlot
{
    /// <summary>
    /// Writes the plot as PNG or SVG, as the file's name ends, in one piece or not at all. On a logarithmic axis of rates, the default,
    /// points with a rate of 0 have no place and are left out: they are those before the first bit.
    /// </summary>
    /// <param name="path">The file, with the ending .png or .svg; its folder must exist.</param>
    /// <param name="curves">Curves with their names, from <see cref="BoundReport.RateDistortion"/>; at least one.</param>
    /// <param name="options">Title, scale of the rates, size and colours. The axes' names are set here.</param>
    /// <exception cref="ArgumentException">There is no curve, a curve has no point, or one is not finite.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(
        string path,
        IReadOnlyList<(string Name, IReadOnlyList<RateDistortionPoint> Points)> curves,
        LinePlotOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(curves);
        options ??= new LinePlotOptions { Title = "Progressive coding", XScale = AxisScale.Logarithmic, FromZero = true };
        Save(path, PlotFile.IsSvg(path), curves, options);
    }

    /// <summary>Writes the plot with linear axes as PNG, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="points">The points, from <see cref="BoundReport.RateDistortion"/>; at least one, all finite.</param>
    /// <param name="title">The title of the plot.</param>
    /// <exception cref="ArgumentException">There is no point, or one is not finite.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SavePng(string path, IReadOnlyList<RateDistortionPoint> points, string title = "Progressive coding")
    {
        ArgumentNullException.ThrowIfNull(points);
        Check(points, nameof(points));
        Save(path, svg: false, [("x̂_0", points)], new LinePlotOptions { Title = title, FromZero = true });
    }

    private static void Save(
        string path,
        bool svg,
        IReadOnlyList<(string Name, IReadOnlyList<RateDistortionPoint> Points)> curves,
        LinePlotOptions options)
    {
        foreach ((_, IReadOnlyList<RateDistortionPoint> points) in curves) Check(points, nameof(curves));
        bool Shown(RateDistortionPoint point) => options.XScale == AxisScale.Linear || point.Rate.Mean > 0;
        LinePlot.Save(
            path,
            svg,
            [.. curves.Select(curve => new PlotSeries(
                curve.Name,
                [.. curve.Points.Where(Shown).Select(point => new PlotPoint(point.Rate.Mean, point.Rmse.Mean))]))],
            options with { XLabel = "rate, bits/dim", YLabel = "distortion, RMSE of 255" });
    }

    private static void Check(IReadOnlyList<RateDistortionPoint> points, string name)
    {
        if (points.Count == 0) throw new ArgumentException($"{name} must have at least one entry, but has none.", name);
        if (points.Any(point => !double.IsFinite(point.Rate.Mean) || !double.IsFinite(point.Rmse.Mean)))
        {
            throw new ArgumentException($"{name} must be finite, but one is not.", name);
        }
    }
}
