using System.Collections.Immutable;

namespace Ddpm.Data;

/// <summary>Says what of a CSV file is time, numbers and gaps.</summary>
public sealed record TimeSeriesFileOptions
{
    /// <summary>Gets the defaults.</summary>
    public static TimeSeriesFileOptions Default { get; } = new();

    /// <summary>Gets the name of the column of times: dates, or ascending numbers.</summary>
    /// <value>Default: null: the first column if its cells are dates; otherwise rows are numbered.</value>
    public string? TimeColumn { get; init; }

    /// <summary>Gets the names of the columns of numbers; empty: all but the column of times.</summary>
    /// <value>Default: empty.</value>
    public ImmutableArray<string> Columns { get; init; } = [];

    /// <summary>Gets words that stand for a gap besides an empty cell, NaN, NA, N/A and null, such as "-999".</summary>
    /// <value>Default: none.</value>
    public ImmutableArray<string> GapWords { get; init; } = [];

    /// <summary>Gets the most bytes that the file may have. Range: ≥ 1.</summary>
    /// <value>Default: 256 MiB.</value>
    public int MaxBytes { get; init; } = 1 << 28;
}
