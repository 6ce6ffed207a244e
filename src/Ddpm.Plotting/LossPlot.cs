using Ddpm.Core;
using ScottPlot;

namespace Ddpm.Plotting;

/// <summary>The training loss over the steps: each step's, and its moving mean.</summary>
public static class LossPlot
{
    private const int Width = 900;
    private const int Height = 500;

    /// <summary>Writes the plot as PNG, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="losses">The loss of each step; at least one, all finite.</param>
    /// <param name="title">The title.</param>
    /// <exception cref="ArgumentException">There is no loss, or one is not finite.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SavePng(string path, IReadOnlyList<double> losses, string title = "Training loss")
    {
        ArgumentNullException.ThrowIfNull(losses);
        if (losses.Count == 0) throw new ArgumentException("losses must have at least one entry, but has none.", nameof(losses));
        if (losses.FirstOrDefault(loss => !double.IsFinite(loss)) is var bad && !double.IsFinite(bad)) throw new ArgumentException($"losses must be finite, but one is {bad}.", nameof(losses));

        string font = EmbeddedFont.Register();
        using var plot = new Plot();
        plot.Font.Set(font);
        double[] steps = [.. Enumerable.Range(1, losses.Count).Select(i => (double)i)];
        var each = plot.Add.ScatterLine(steps, [.. losses], Colors.SteelBlue.WithAlpha(0.35));
        each.LegendText = "each step";
        int window = Math.Max(1, losses.Count / 50);
        var mean = plot.Add.ScatterLine(steps, MovingMean(losses, window), Colors.DarkRed);
        mean.LineWidth = 2;
        mean.LegendText = $"mean of {window} step{(window == 1 ? "" : "s")}";
        plot.Title(title);
        plot.XLabel("step");
        plot.YLabel("mean squared error of ε");
        plot.ShowLegend(Alignment.UpperRight);
        plot.Legend.FontName = font;
        plot.Axes.SetLimitsY(0, 1.05 * losses.Max());
        byte[] png = plot.GetImageBytes(Width, Height, ImageFormat.Png);
        AtomicFile.Write(path, stream => stream.Write(png));
    }

    /// <summary>The mean of each entry and those before it in the window.</summary>
    internal static double[] MovingMean(IReadOnlyList<double> values, int window)
    {
        var means = new double[values.Count];
        double sum = 0;
        for (int i = 0; i < means.Length; i++)
        {
            sum += values[i];
            if (i >= window) sum -= values[i - window];
            means[i] = sum / Math.Min(i + 1, window);
        }

        return means;
    }
}
