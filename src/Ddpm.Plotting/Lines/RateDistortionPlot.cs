using Ddpm.Core;

namespace Ddpm.Plotting;

/// <summary>Plots progressive coding: the error of x̂_0 over the bits received (Ho et al. 2020, arXiv:2006.11239, Fig. 5, right).</summary>
public static class RateDistortionPlot
{
    /// <summary>
    /// Writes the plot as PNG or SVG, as the file's name ends, in one piece or not at all. On a logarithmic axis of rates, points with a
    /// rate of 0 have no place and are left out: they are those before the first bit.
    /// </summary>
    /// <param name="path">The file, with the ending .png or .svg; its folder must exist.</param>
    /// <param name="curves">Curves with their names, from <see cref="BoundReport.RateDistortion"/>; at least one.</param>
    /// <param name="options">
    /// Title, scale of the rates, size and colours. Default: linear axes, as in the paper. The axes' names are set here.
    /// </param>
    /// <exception cref="ArgumentException">There is no curve, a curve has no point, or one is not finite.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(
        string path,
        IReadOnlyList<(string Name, IReadOnlyList<RateDistortionPoint> Points)> curves,
        LinePlotOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(curves);
        options ??= new LinePlotOptions { Title = "Progressive coding", FromZero = true };
        foreach ((string name, IReadOnlyList<RateDistortionPoint> points) in curves)
        {
            if (points.Count == 0)
            {
                throw new ArgumentException($"Each of curves must have at least one point, but '{name}' has none.", nameof(curves));
            }

            if (points.Any(point => !double.IsFinite(point.Rate.Mean) || !double.IsFinite(point.Rmse.Mean)))
            {
                throw new ArgumentException($"curves must be finite, but '{name}' is not.", nameof(curves));
            }
        }

        bool Shown(RateDistortionPoint point) => options.XScale == AxisScale.Linear || point.Rate.Mean > 0;
        LinePlot.Save(
            path,
            [.. curves.Select(curve => new PlotSeries(
                curve.Name,
                [.. curve.Points.Where(Shown).Select(point => new PlotPoint(point.Rate.Mean, point.Rmse.Mean))]))],
            options with { XLabel = "rate, bits/dim", YLabel = "distortion, RMSE of 255" });
    }
}
