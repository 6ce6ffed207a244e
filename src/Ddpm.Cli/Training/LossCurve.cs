using System.Globalization;
using Ddpm.Plotting;

namespace Ddpm.Cli.Training;

/// <summary>The loss over the steps of a run, from its metrics.</summary>
internal static class LossCurve
{
    /// <summary>How the plot looks.</summary>
    public static LinePlotOptions Options { get; } = new()
    {
        Title = "Training loss",
        YLabel = "loss, mean since the point before",
        YScale = AxisScale.Logarithmic,
    };

    /// <summary>Reads the first two columns of metrics.csv.</summary>
    /// <exception cref="InvalidDataException">A row does not begin with a step and a loss; the message names it.</exception>
    public static PlotPoint[] Read(string path) =>
    [
        .. File.ReadLines(path).Index().Skip(1).Select(row =>
            row.Item.Split(',') is [var step, var loss, ..]
            && long.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out long at)
            && double.TryParse(loss, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                ? new PlotPoint(at, value)
                : throw new InvalidDataException($"{path}: line {row.Index + 1} must begin with a step and a loss, but is {row.Item}.")),
    ];
}
