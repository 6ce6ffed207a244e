using Ddpm.Core;
using ScottPlot;

namespace Ddpm.Plotting;

/// <summary>Plots progressive coding: the error of x̂_0 over the bits received (Ho et al. 2020, arXiv:2006.11239, Fig. 5, right).</summary>
public static class RateDistortionPlot
{
    /// <summary>Writes the plot as PNG, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="points">The points, from <see cref="BoundReport.RateDistortion"/>; at least one, all finite.</param>
    /// <param name="title">The title of the plot.</param>
    /// <exception cref="ArgumentException">There is no point, or one is not finite.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SavePng(string path, IReadOnlyList<RateDistortionPoint> points, string title = "Progressive coding")
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count == 0) throw new ArgumentException("points must have at least one entry, but has none.", nameof(points));
        if (points.Any(point => !double.IsFinite(point.Rate.Mean) || !double.IsFinite(point.Rmse.Mean)))
        {
            throw new ArgumentException("points must be finite, but one is not.", nameof(points));
        }

        double[] rates = [.. points.Select(point => point.Rate.Mean)], errors = [.. points.Select(point => point.Rmse.Mean)];
        PlotFile.Save(path, title, "rate, bits/dim", "distortion, RMSE of 255", plot =>
        {
            var line = plot.Add.ScatterLine(rates, errors, Colors.DarkRed);
            line.LineWidth = 2;
            plot.Axes.SetLimitsY(0, 1.05 * errors.Max());
        });
    }
}
