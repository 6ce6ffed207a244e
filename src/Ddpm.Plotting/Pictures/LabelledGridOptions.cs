using System.Collections.Immutable;

namespace Ddpm.Plotting;

/// <summary>Sets the titles and the layout of a <see cref="LabelledGrid"/>.</summary>
public sealed record LabelledGridOptions
{
    /// <summary>Gets the defaults.</summary>
    public static LabelledGridOptions Default { get; } = new();

    /// <summary>Gets the title above everything.</summary>
    /// <value>Default: none.</value>
    public string Title { get; init; } = "";

    /// <summary>Gets the title of each row, such as the names of classes; empty for none.</summary>
    /// <value>Default: empty.</value>
    public ImmutableArray<string> RowTitles { get; init; } = [];

    /// <summary>Gets the title of each column, such as t; empty for none.</summary>
    /// <value>Default: empty.</value>
    public ImmutableArray<string> ColumnTitles { get; init; } = [];

    /// <summary>Gets what all columns are titles of, such as "t =", left of their titles.</summary>
    /// <value>Default: none.</value>
    public string ColumnHeading { get; init; } = "";

    /// <summary>
    /// Gets the images in a row; null for as many as there are column titles or, without these, as row titles ask for; without any, as
    /// make the picture nearly square. Range: ≥ 1.
    /// </summary>
    /// <value>Default: null.</value>
    public int? Columns { get; init; }

    /// <summary>Gets how many times each pixel is repeated in both directions. Range: ≥ 1.</summary>
    /// <value>Default: 2.</value>
    public int Scale { get; init; } = 2;

    /// <summary>Gets the space between images in pixels, which is not enlarged. Range: ≥ 0.</summary>
    /// <value>Default: 4.</value>
    public int Padding { get; init; } = 4;

    /// <summary>Gets the height of letters in pixels. Range: 6 … 72.</summary>
    /// <value>Default: 14.</value>
    public int FontSize { get; init; } = 14;

    /// <summary>Gets the colours.</summary>
    /// <value>Default: <see cref="PlotTheme.Light"/>.</value>
    public PlotTheme Theme { get; init; } = PlotTheme.Light;
}
