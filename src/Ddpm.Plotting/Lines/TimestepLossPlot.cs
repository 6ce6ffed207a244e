namespace Ddpm.Plotting;

/// <summary>Plots the loss of each interval of timesteps: the mean over all timesteps hides that early ones are the hardest.</summary>
public static class TimestepLossPlot
{
    /// <summary>Writes the plot as PNG or SVG, as the file's name ends, in one piece or not at all.</summary>
    /// <param name="path">The file, with the ending .png or .svg; its folder must exist.</param>
    /// <param name="losses">Curves with their names, such as one for each of several steps of a training; at least one.</param>
    /// <param name="options">
    /// Title, name and scale of the y axis, size and colours. Default: a logarithmic scale. The name of the x axis is set here.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There is no curve or interval, an interval is not one, or a loss is not finite or, on a logarithmic scale, not positive.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(
        string path,
        IReadOnlyList<(string Name, IReadOnlyList<TimestepLoss> Losses)> losses,
        LinePlotOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(losses);
        options ??= new LinePlotOptions
        {
            Title = "Loss by timestep",
            YLabel = "mean squared error of ε",
            YScale = AxisScale.Logarithmic,
        };
        foreach (TimestepLoss loss in losses.SelectMany(curve => curve.Losses))
        {
            if (loss.First >= 0 && loss.Last >= loss.First) continue;
            throw new ArgumentException(
                $"losses must have intervals 0 ≤ First ≤ Last, but one is {loss.First} … {loss.Last}.",
                nameof(losses));
        }

        // A step for each interval: both of its ends at its loss.
        LinePlot.Save(
            path,
            [.. losses.Select(curve => new PlotSeries(curve.Name, [.. curve.Losses.SelectMany(loss => new PlotPoint[]
            {
                new(loss.First, loss.Loss), new(loss.Last + 1, loss.Loss),
            })]))],
            options with { XLabel = "t", XScale = AxisScale.Linear });
    }
}
