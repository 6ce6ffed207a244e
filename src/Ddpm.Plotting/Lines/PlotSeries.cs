namespace Ddpm.Plotting;

/// <summary>Holds the points of a line with the name that the legend shows.</summary>
/// <param name="Name">The name in the legend.</param>
/// <param name="Points">The points in the order in which the line joins them; at least one.</param>
public sealed record PlotSeries(string Name, IReadOnlyList<PlotPoint> Points)
{
    /// <summary>Gets how much the line stands out.</summary>
    /// <value>Default: <see cref="LineWeight.Regular"/>.</value>
    public LineWeight Weight { get; init; }

    /// <summary>Creates a series from numbers at 1, 2, 3 and so on.</summary>
    /// <param name="name">The name in the legend.</param>
    /// <param name="values">The numbers.</param>
    /// <returns>The series.</returns>
    public static PlotSeries Of(string name, IEnumerable<double> values) =>
        new(name, [.. values.Select((value, index) => new PlotPoint(index + 1, value))]);
}
