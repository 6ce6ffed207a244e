namespace Ddpm.Plotting;

/// <summary>Holds a line with gaps, and what fills them: a middle line in a band.</summary>
/// <param name="Times">The place of each row on the x axis, ascending and finite; days since 1899-12-30 for dates.</param>
/// <param name="Observed">The observed number of each row; NaN in gaps.</param>
/// <param name="Lower">The lower end of the band in gaps; not used elsewhere.</param>
/// <param name="Middle">The middle line in gaps, such as the median; not used elsewhere.</param>
/// <param name="Upper">The upper end of the band in gaps; not used elsewhere.</param>
public sealed record BandSeries(
    IReadOnlyList<double> Times,
    IReadOnlyList<double> Observed,
    IReadOnlyList<double> Lower,
    IReadOnlyList<double> Middle,
    IReadOnlyList<double> Upper)
{
    /// <summary>Gets whether the times are dates.</summary>
    /// <value>Default: false.</value>
    public bool HasDates { get; init; }

    /// <summary>Gets the name of the band in the legend.</summary>
    /// <value>Default: "80 % band".</value>
    public string BandName { get; init; } = "80 % band";

    /// <summary>Gets the name of the middle line in the legend.</summary>
    /// <value>Default: "median".</value>
    public string MiddleName { get; init; } = "median";
}
