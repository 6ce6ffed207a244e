using System.Globalization;
using ScottPlot;

namespace Ddpm.Plotting;

/// <summary>Plots the training loss over the steps: the loss of each step and its moving mean.</summary>
public static class LossPlot
{
    private static readonly int[] Digits = [1, 2, 5];

    /// <summary>Writes the plot as PNG, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="losses">The loss of each step; at least one, all finite.</param>
    /// <param name="title">The title of the plot.</param>
    /// <exception cref="ArgumentException">There is no loss, or one is not finite.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SavePng(string path, IReadOnlyList<double> losses, string title = "Training loss")
    {
        Check(losses);
        int window = Math.Max(1, losses.Count / 50);
        double[] steps = [.. Enumerable.Range(1, losses.Count).Select(i => (double)i)];
        Save(path, title, plot =>
        {
            var each = plot.Add.ScatterLine(steps, [.. losses], Colors.SteelBlue.WithAlpha(0.35));
            each.LegendText = "each step";
            var mean = plot.Add.ScatterLine(steps, MovingMean(losses, window), Colors.DarkRed);
            mean.LineWidth = 2;
            mean.LegendText = $"mean of {window} step{(window == 1 ? "" : "s")}";
            plot.Axes.SetLimitsY(0, 1.05 * losses.Max());
        });
    }

    /// <summary>Writes a plot of mean losses at some steps, on a logarithmic scale, as PNG, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="losses">
    /// Ascending steps, and the mean loss of each interval that ends there; at least one, all finite and positive.
    /// </param>
    /// <param name="title">The title of the plot.</param>
    /// <exception cref="ArgumentException">There is no loss, or one is not finite and positive.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveMeansPng(string path, IReadOnlyList<(long Step, double Loss)> losses, string title = "Training loss")
    {
        ArgumentNullException.ThrowIfNull(losses);
        double[] values = [.. losses.Select(entry => entry.Loss)];
        Check(values);
        if (values.Min() <= 0)
        {
            throw new ArgumentException($"losses must be positive for a logarithmic scale, but one is {values.Min()}.", nameof(losses));
        }

        Save(path, title, plot =>
        {
            double[] steps = [.. losses.Select(entry => (double)entry.Step)], logarithms = [.. values.Select(Math.Log10)];
            var line = plot.Add.ScatterLine(steps, logarithms, Colors.DarkRed);
            line.LineWidth = 2;
            line.LegendText = "mean since the point before";
            // Ticks at 1, 2 and 5 times the powers of ten.
            var ticks = new ScottPlot.TickGenerators.NumericManual();
            int low = (int)Math.Floor(Math.Log10(values.Min())), high = (int)Math.Ceiling(Math.Log10(values.Max()));
            for (int power = low; power <= high; power++)
            {
                foreach (int digit in Digits)
                {
                    string label = (digit * Math.Pow(10, power)).ToString("0.#######", CultureInfo.InvariantCulture);
                    ticks.AddMajor(power + Math.Log10(digit), label);
                }
            }

            plot.Axes.Left.TickGenerator = ticks;
            plot.Axes.SetLimitsY(Math.Log10(values.Min()) - 0.05, Math.Log10(values.Max()) + 0.05);
        });
    }

    private static void Check(IReadOnlyList<double> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        if (losses.Count == 0) throw new ArgumentException("losses must have at least one entry, but has none.", nameof(losses));
        if (losses.FirstOrDefault(loss => !double.IsFinite(loss)) is var bad && !double.IsFinite(bad))
        {
            throw new ArgumentException($"losses must be finite, but one is {bad}.", nameof(losses));
        }
    }

    private static void Save(string path, string title, Action<Plot> draw) =>
        PlotFile.Save(path, title, "step", "mean squared error of ε", plot =>
    {
        draw(plot);
        plot.ShowLegend(Alignment.UpperRight);
    });

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
