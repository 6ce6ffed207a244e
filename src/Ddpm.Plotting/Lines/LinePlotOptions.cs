using System.Collections.Immutable;

namespace Ddpm.Plotting;

/// <summary>Sets titles, axes, size and colours of a <see cref="LinePlot"/>.</summary>
public sealed record LinePlotOptions
{
    /// <summary>Gets the defaults.</summary>
    public static LinePlotOptions Default { get; } = new();

    /// <summary>Gets the title.</summary>
    /// <value>Default: none.</value>
    public string Title { get; init; } = "";

    /// <summary>Gets the name of the x axis, with its unit.</summary>
    /// <value>Default: none.</value>
    public string XLabel { get; init; } = "";

    /// <summary>Gets the name of the y axis, with its unit.</summary>
    /// <value>Default: none.</value>
    public string YLabel { get; init; } = "";

    /// <summary>Gets how the x axis places numbers.</summary>
    /// <value>Default: linear.</value>
    public AxisScale XScale { get; init; }

    /// <summary>Gets how the y axis places numbers.</summary>
    /// <value>Default: linear.</value>
    public AxisScale YScale { get; init; }

    /// <summary>Gets the numbers that the x axis names; empty for a choice that fits the points.</summary>
    /// <value>Default: empty.</value>
    public ImmutableArray<double> XTicks { get; init; } = [];

    /// <summary>Gets whether a linear y axis begins at 0.</summary>
    /// <value>Default: false.</value>
    public bool FromZero { get; init; }

    /// <summary>Gets whether each point has a mark, whose shape tells the series too.</summary>
    /// <value>Default: false.</value>
    public bool Markers { get; init; }

    /// <summary>Gets a value that is drawn as a dotted line across the plot, with its name; null for none.</summary>
    /// <value>Default: null.</value>
    public (string Name, double Value)? Reference { get; init; }

    /// <summary>Gets the width in pixels. Range: 100 … 16,384.</summary>
    /// <value>Default: 900.</value>
    public int Width { get; init; } = 900;

    /// <summary>Gets the height in pixels. Range: 100 … 16,384.</summary>
    /// <value>Default: 500.</value>
    public int Height { get; init; } = 500;

    /// <summary>Gets the colours.</summary>
    /// <value>Default: <see cref="PlotTheme.Light"/>.</value>
    public PlotTheme Theme { get; init; } = PlotTheme.Light;
}
