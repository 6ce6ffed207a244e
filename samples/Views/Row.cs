using System.Collections.Immutable;
using Ddpm.Experiments;

namespace Ddpm.Views;

/// <summary>Makes rows of a table.</summary>
internal static class Row
{
    /// <summary>A row with its numbers.</summary>
    public static KeyValuePair<string, ImmutableSortedDictionary<string, Measured>> Of(
        string name,
        params (string Measure, Measured Number)[] numbers) =>
        KeyValuePair.Create(name, numbers.ToImmutableSortedDictionary(one => one.Measure, one => one.Number));
}
