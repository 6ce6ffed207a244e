using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Ddpm.Core;

/// <summary>
/// The names of classes: name k belongs to label k. Model folders keep them, and programs take them in place of numbers. Immutable.
/// </summary>
[CollectionBuilder(typeof(ClassNames), nameof(Create))]
public sealed class ClassNames : IReadOnlyList<string>, IEquatable<ClassNames>
{
    /// <summary>The most characters of a name.</summary>
    internal const int LongestName = 256;

    private const int MostShown = 20;
    private static readonly char[] Separators = [' ', '\t', '\u00A0', '_', '-'];
    private readonly ImmutableArray<string> names;
    private readonly Dictionary<string, int> labels = new(StringComparer.Ordinal);

    /// <summary>Names the classes 0, 1, ….</summary>
    /// <param name="names">The names: at least one, no two alike, none blank, of at most 256 printable characters each.</param>
    /// <exception cref="ArgumentException">There is no name, or one is blank, too long, not printable or given twice.</exception>
    public ClassNames(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        this.names = [.. names];
        if (this.names.IsEmpty) throw new ArgumentException("names must have at least one name, but is empty.", nameof(names));
        for (int label = 0; label < this.names.Length; label++)
        {
            string name = this.names[label];
            string? fault = string.IsNullOrWhiteSpace(name) ? "is blank"
                : name.Length > LongestName ? $"has {name.Length} characters"
                : name.Any(char.IsControl) ? "has a control character"
                : labels.TryAdd(name, label) ? null : $"is \"{name}\" again";
            if (fault is null) continue;
            throw new ArgumentException(
                $"names must be different and printable, of 1 to {LongestName} characters, but that of class {label} {fault}.",
                nameof(names));
        }
    }

    /// <summary>Gets the number of classes.</summary>
    public int Count => names.Length;

    /// <summary>Gets the name of a class.</summary>
    /// <param name="label">The class. Range: 0 ≤ label &lt; <see cref="Count"/>.</param>
    public string this[int label] => label >= 0 && label < Count
        ? names[label]
        : throw new ArgumentOutOfRangeException(nameof(label), label, $"label must be 0 … {Count - 1}, but is {label}.");

    /// <summary>Names the classes 0, 1, …, for collection expressions.</summary>
    /// <param name="names">The names.</param>
    /// <returns>The names.</returns>
    /// <exception cref="ArgumentException">There is no name, or one is blank, too long, not printable or given twice.</exception>
    public static ClassNames Create(ReadOnlySpan<string> names) => new(names.ToArray());

    /// <summary>
    /// Finds a class by its name, or else by the only name that differs in upper and lower case alone, or else by the only one that differs
    /// in case and in spaces, hyphens and underscores alone: "ankle_boot" finds "Ankle boot".
    /// </summary>
    /// <param name="name">The name.</param>
    /// <returns>The label; null where no class, or more than one, has the name.</returns>
    public int? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return labels.TryGetValue(name, out int label) ? label
            : Only(known => known.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } alike ? alike
            : Words(name) is { Length: > 0 } words ? Only(known => Words(known).Equals(words, StringComparison.OrdinalIgnoreCase))
            : null;
    }

    /// <summary>Finds a class by its name as <see cref="Find"/> does.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The label.</returns>
    /// <exception cref="ArgumentException">No class has the name; the message lists those there are, the nearest first.</exception>
    public int LabelOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Find(name) ?? throw new ArgumentException($"name must be {Choices(name)}, but is \"{name}\".", nameof(name));
    }

    /// <summary>Finds classes by their names, for requests.</summary>
    /// <param name="names">The names, in the order of the samples.</param>
    /// <returns>The labels.</returns>
    /// <exception cref="ArgumentException">No class has one of the names; the message lists those there are.</exception>
    public IReadOnlyList<long> LabelsOf(params IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return [.. names.Select(name => (long)LabelOf(name))];
    }

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)names).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Returns whether both have the same names in the same order.</summary>
    /// <param name="other">Other names.</param>
    public bool Equals(ClassNames? other) => other is not null && names.AsSpan().SequenceEqual(other.names.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ClassNames);

    /// <inheritdoc/>
    public override int GetHashCode() => names.Aggregate(0, HashCode.Combine);

    /// <summary>Returns the names with commas between.</summary>
    public override string ToString() => string.Join(", ", names);

    /// <summary>The names in words, those nearest to a mistyped one first.</summary>
    internal string Choices(string typed)
    {
        string[] nearest = [.. Spelling.Order(typed, names).Take(MostShown)];
        return (Count == 1 ? "" : "one of ") + string.Join(", ", nearest) + (Count > MostShown ? $" and {Count - MostShown} more" : "");
    }

    private static string Words(string name) =>
        string.Join(' ', name.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private int? Only(Func<string, bool> fits)
    {
        int[] found = [.. Enumerable.Range(0, Count).Where(label => fits(names[label])).Take(2)];
        return found.Length == 1 ? found[0] : null;
    }
}
