using System.Collections.Immutable;

namespace Ddpm.Plotting;

/// <summary>Sets titles, layout and colours of plots of the plane.</summary>
public sealed record PlanarPlotOptions
{
    /// <summary>Gets the defaults.</summary>
    public static PlanarPlotOptions Default { get; } = new();

    /// <summary>Gets the title above everything.</summary>
    /// <value>Default: none.</value>
    public string Title { get; init; } = "";

    /// <summary>Gets the title of each row of panels; empty for none.</summary>
    /// <value>Default: empty.</value>
    public ImmutableArray<string> RowTitles { get; init; } = [];

    /// <summary>Gets the panels in a row; null for all in one row. Range: ≥ 1.</summary>
    /// <value>Default: null.</value>
    public int? Columns { get; init; }

    /// <summary>Gets how far a panel shows the plane in each direction from 0. Points outside are not drawn. Range: &gt; 0.</summary>
    /// <value>Default: 1.5.</value>
    public double Extent { get; init; } = 1.5;

    /// <summary>Gets the width and height of a panel in pixels. Range: 40 … 2,000.</summary>
    /// <value>Default: 180.</value>
    public int PanelSize { get; init; } = 180;

    /// <summary>Gets the colours.</summary>
    /// <value>Default: <see cref="PlotTheme.Light"/>.</value>
    public PlotTheme Theme { get; init; } = PlotTheme.Light;
}
