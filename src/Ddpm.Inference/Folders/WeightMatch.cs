using System.Collections.Immutable;

namespace Ddpm.Inference;

/// <summary>Reports what weights have in common with those that a network needs.</summary>
public sealed record WeightMatch
{
    private const int MostShown = 8;

    // 64 MB of float32.
    private const double Small = 1 << 24;

    internal WeightMatch()
    {
    }

    /// <summary>Gets the names of the weights that fit.</summary>
    public ImmutableArray<string> Fitting { get; internal init; } = [];

    /// <summary>Gets the weights that the network needs and that are not there.</summary>
    public ImmutableArray<string> Missing { get; internal init; } = [];

    /// <summary>Gets the weights that are there and that the network has not.</summary>
    public ImmutableArray<string> Unexpected { get; internal init; } = [];

    /// <summary>Gets the weights of another shape or type, with both.</summary>
    public ImmutableArray<string> Mismatched { get; internal init; } = [];

    /// <summary>How many numbers the network has.</summary>
    internal double Expected { get; init; }

    /// <summary>How many numbers the file has.</summary>
    internal double Stored { get; init; }

    /// <summary>Gets whether every weight fits and there is no other.</summary>
    public bool IsComplete => Missing.IsEmpty && Unexpected.IsEmpty && Mismatched.IsEmpty;

    /// <summary>Throws unless every weight fits and the file has no other.</summary>
    /// <param name="path">The file.</param>
    /// <param name="prefixes">The prefixes under which the file has a network's weights.</param>
    /// <param name="option">The caller's option that chooses one.</param>
    /// <exception cref="InvalidDataException">The tensors do not fit; the message lists the first of each kind.</exception>
    internal void RequireComplete(string path, ImmutableArray<string> prefixes, string option = "LoadOptions.WeightPrefix")
    {
        if (IsComplete) return;
        if (!prefixes.IsEmpty)
        {
            string quoted = string.Join(" and ", prefixes.Take(MostShown).Select(prefix => $"\"{prefix}\""));
            string chosen = prefixes.Length == 1 ? "it" : "one of them";
            throw new InvalidDataException(
                $"{path} has the network's weights under names that begin with {quoted}: "
                + $"give {chosen} as {option} to load them.");
        }

        throw new InvalidDataException(
            $"{path} does not fit the network. Missing: {List(Missing)}. Unexpected: {List(Unexpected)}. "
            + $"Of another shape or type: {List(Mismatched)}.");
    }

    /// <summary>
    /// Throws where the network is out of all proportion to the file, so that it is not allocated for the sake of a few weights.
    /// </summary>
    /// <exception cref="InvalidDataException">The network has more than ten times the numbers of the file, and more than 2^24.</exception>
    internal void RequireProportion(string path)
    {
        if (Expected <= Small || Expected <= 10 * Stored) return;
        throw new InvalidDataException(
            $"{path} holds {Stored:F0} numbers, but the network of the configuration has {Expected:F0}: they do not belong together.");
    }

    private static string List(ImmutableArray<string> names)
    {
        if (names.IsEmpty) return "none";
        string more = names.Length > MostShown ? $" and {names.Length - MostShown} more" : "";
        return string.Join(", ", names.Take(MostShown)) + more;
    }
}
