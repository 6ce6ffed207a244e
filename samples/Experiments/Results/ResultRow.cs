using System.Collections.Immutable;

namespace Ddpm.Experiments;

/// <summary>A row of a table.</summary>
/// <param name="Measures">The numbers by their names.</param>
/// <param name="Note">What went wrong where numbers are missing; null for nothing.</param>
internal sealed record ResultRow(ImmutableSortedDictionary<string, Measured> Measures, string? Note = null)
{
    /// <summary>A row without numbers.</summary>
    public static ResultRow Failed(string note) => new(ImmutableSortedDictionary<string, Measured>.Empty, note);
}
