namespace Ddpm.Plotting;

/// <summary>Plots the training loss over the steps: of one training, each step and its moving mean, or of several, side by side.</summary>
public static class LossPlot
{
    private const string Step = "step", Loss = "mean squared error of ε", DefaultTitle = "Training loss";

    /// <summary>
    /// Writes the loss of each step and its moving mean as PNG or SVG, as the file's name ends, in one piece or not at all.
    /// </summary>
    /// <param name="path">The file, with the ending .png or .svg; its folder must exist.</param>
    /// <param name="losses">The loss of each step; at least one, all finite.</param>
    /// <param name="options">Title, name and scale of the y axis, size and colours. The name of the x axis is set here.</param>
    /// <exception cref="ArgumentException">There is no loss, or one is not finite.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyList<double> losses, LinePlotOptions? options = null)
    {
        Check(losses);
        int window = Math.Max(1, losses.Count / 50);
        LinePlot.Save(
            path,
            [
                PlotSeries.Of("each step", losses) with { Weight = LineWeight.Light },
                PlotSeries.Of($"mean of {window} step{(window == 1 ? "" : "s")}", MovingMean(losses, window)),
            ],
            (options ?? new LinePlotOptions { Title = DefaultTitle, YLabel = Loss, FromZero = true }) with { XLabel = Step });
    }

    /// <summary>
    /// Writes the losses of several trainings as PNG or SVG, as the file's name ends, in one piece or not at all. Only losses of one unit
    /// are comparable.
    /// </summary>
    /// <param name="path">The file, with the ending .png or .svg; its folder must exist.</param>
    /// <param name="trainings">Each training with its steps (x) and losses (y); at least one.</param>
    /// <param name="options">
    /// Title, name and scale of the y axis, size and colours. Default: a logarithmic scale. The name of the x axis is set here.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There is no loss, or one is not finite or, on a logarithmic scale, not positive.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyList<PlotSeries> trainings, LinePlotOptions? options = null) => LinePlot.Save(
        path,
        trainings,
        (options ?? new LinePlotOptions { Title = DefaultTitle, YLabel = Loss, YScale = AxisScale.Logarithmic }) with { XLabel = Step });

    private static void Check(IReadOnlyList<double> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        if (losses.Count == 0) throw new ArgumentException("losses must have at least one entry, but has none.", nameof(losses));
        if (losses.FirstOrDefault(loss => !double.IsFinite(loss)) is var bad && !double.IsFinite(bad))
        {
            throw new ArgumentException($"losses must be finite, but one is {bad}.", nameof(losses));
        }
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
