using System.Collections.Immutable;

namespace Ddpm.Experiments;

/// <summary>A row of a table.</summary>
/// <param name="Measures">The numbers by their names.</param>
/// <param name="Note">What went wrong where numbers are missing; null for nothing.</param>
internal sealed record ResultRow(ImmutableSortedDictionary<string, Measured> Measures, string? Note = null)
{
    /// <summary>A row without numbers.</summary>
    public static ResultRow Failed(string note) => new(ImmutableSortedDictionary<string, Measured>.Empty, note);

    /// <summary>
    /// The means over several trainings with their deviations; those of one training are its own. Where a training has no numbers, the note
    /// says how many had some.
    /// </summary>
    public static ResultRow Mean(IReadOnlyList<ResultRow> trainings)
    {
        ResultRow[] whole = [.. trainings.Where(row => row.Measures.Count > 0)];
        string? note = whole.Length == trainings.Count
            ? null
            : FormattableString.Invariant(
                $"{whole.Length} of {trainings.Count} trainings; {trainings.First(row => row.Measures.Count == 0).Note}");
        return whole switch
        {
            [] => Failed(note!),
            [var only] => only with { Note = note },
            _ => new ResultRow(
                whole[0].Measures.Keys.ToImmutableSortedDictionary(
                    name => name,
                    name => Measured.Mean([.. whole.Select(row => row.Measures[name].Value)])),
                note),
        };
    }
}
