namespace Ddpm.Plotting;

/// <summary>Plots how good samples are against the number of steps of each sampler, on a logarithmic axis of steps.</summary>
public static class StepsPlot
{
    /// <summary>Writes the plot as PNG or SVG, as the file's name ends, in one piece or not at all.</summary>
    /// <param name="path">The file, with the ending .png or .svg; its folder must exist.</param>
    /// <param name="samplers">Each sampler with its number of steps (x) and the measure at it (y); at least one.</param>
    /// <param name="measure">The name of the measure.</param>
    /// <param name="options">
    /// Title, reference, size and colours, and the x axis's name where it is not "steps". The y axis's name, the steps that are named, a
    /// logarithmic x axis and markers are set here.
    /// </param>
    /// <exception cref="ArgumentException">There is no point, a number of steps is not positive, or a number is not finite.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyList<PlotSeries> samplers, string measure = "FID", LinePlotOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(samplers);
        options ??= new LinePlotOptions { Title = $"{measure} against the number of steps", YScale = AxisScale.Logarithmic };
        LinePlot.Save(path, samplers, options with
        {
            XLabel = options.XLabel is "" ? "steps" : options.XLabel,
            YLabel = measure,
            XScale = AxisScale.Logarithmic,
            XTicks = [.. samplers.SelectMany(sampler => sampler.Points).Select(point => point.X).Distinct().Order()],
            Markers = true,
        });
    }
}
