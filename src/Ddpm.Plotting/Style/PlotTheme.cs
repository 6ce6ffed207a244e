using System.Collections.Immutable;

namespace Ddpm.Plotting;

/// <summary>
/// Sets the colours of a plot, as #RRGGBB. The series' colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people
/// with colour vision deficiencies tell apart; markers differ in shape too.
/// </summary>
public sealed record PlotTheme
{
    /// <summary>Gets the colours for a light page.</summary>
    public static PlotTheme Light { get; } = new();

    /// <summary>Gets the colours for a dark page.</summary>
    public static PlotTheme Dark { get; } = new()
    {
        Background = "#0D1117",
        Panel = "#161B22",
        Foreground = "#E6EDF3",
        Muted = "#9198A1",
        Grid = "#2F3742",
        Palette = ["#56B4E9", "#E8743B", "#1DB890", "#CC79A7", "#E69F00", "#F0E442"],
    };

    /// <summary>Gets the colour behind everything.</summary>
    /// <value>Default: white.</value>
    public string Background { get; init; } = "#FFFFFF";

    /// <summary>Gets the colour inside the axes.</summary>
    /// <value>Default: a light grey.</value>
    public string Panel { get; init; } = "#F6F8FA";

    /// <summary>Gets the colour of titles and labels.</summary>
    /// <value>Default: nearly black.</value>
    public string Foreground { get; init; } = "#1F2328";

    /// <summary>Gets the colour of what stands back: ticks, references, the names of axes in small panels.</summary>
    /// <value>Default: a dark grey.</value>
    public string Muted { get; init; } = "#59636E";

    /// <summary>Gets the colour of the grid.</summary>
    /// <value>Default: a light grey.</value>
    public string Grid { get; init; } = "#D8DEE4";

    /// <summary>Gets the colours of the series in their order; further series begin again, with broken lines.</summary>
    /// <value>Default: Okabe and Ito's blue, vermilion, green, purple, orange and sky blue.</value>
    public ImmutableArray<string> Palette { get; init; } = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];
}
