using System.Text.RegularExpressions;

namespace Ddpm.Core;

/// <summary>
/// Names a tensor that a network is given for each example beside x_t and t, such as the small picture of a super-resolution or the known
/// part of a series.
/// </summary>
public sealed partial record NetworkCondition
{
    private NetworkCondition(string name, int channels, bool isVector)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Valid().IsMatch(name))
        {
            throw new ArgumentException(
                $"name must be a letter followed by at most 63 letters, digits or underscores, but is \"{name}\".", nameof(name));
        }

        Name = name;
        Channels = Require.AtLeast(channels, 1);
        IsVector = isVector;
    }

    /// <summary>Gets the name. It names the condition's layers in a state dict, and its input in ONNX.</summary>
    public string Name { get; }

    /// <summary>Gets the number of channels, or of numbers of a vector. Range: ≥ 1.</summary>
    public int Channels { get; }

    /// <summary>Gets whether an example has one vector, [B, C], and not a feature in the size of x_t, [B, C, …].</summary>
    public bool IsVector { get; }

    /// <summary>Describes a condition in the size of x_t: [B, channels, H, W] for images, [B, channels, L] for signals.</summary>
    /// <param name="name">The name: a letter, then at most 63 letters, digits or underscores.</param>
    /// <param name="channels">The number of channels. Range: ≥ 1.</param>
    /// <returns>The condition.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public static NetworkCondition Spatial(string name, int channels) => new(name, channels, false);

    /// <summary>Describes a vector for each example, [B, channels], such as measured properties.</summary>
    /// <param name="name">The name: a letter, then at most 63 letters, digits or underscores.</param>
    /// <param name="channels">How many numbers the vector has. Range: ≥ 1.</param>
    /// <returns>The condition.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public static NetworkCondition Vector(string name, int channels) => new(name, channels, true);

    /// <summary>Returns the condition as settings of a run state it.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name} ({(IsVector ? "vector" : "spatial")}, {Channels})");

    /// <summary>Throws where two conditions have one name.</summary>
    /// <exception cref="ArgumentException">A name is given twice.</exception>
    internal static void RequireDistinct(IEnumerable<NetworkCondition> conditions, string owner)
    {
        string[] twice = [.. conditions.GroupBy(condition => condition.Name).Where(group => group.Count() > 1).Select(group => group.Key)];
        if (twice.Length > 0) throw new ArgumentException($"{owner} must have different names, but \"{twice[0]}\" is given twice.", owner);
    }

    /// <summary>Throws where a name is given that no condition has.</summary>
    /// <param name="given">The names.</param>
    /// <param name="expected">The network's conditions.</param>
    /// <param name="owner">What has the names, as messages call it.</param>
    /// <param name="argument">The argument that holds it.</param>
    /// <exception cref="ArgumentException">A name is not known.</exception>
    internal static void RequireKnown(
        IEnumerable<string> given, IReadOnlyList<NetworkCondition> expected, string owner, string argument)
    {
        foreach (string name in given)
        {
            if (expected.Any(condition => condition.Name == name)) continue;
            string known = expected.Count == 0 ? "none" : string.Join(", ", expected.Select(condition => condition.Name));
            throw new ArgumentException($"{owner} must be those of the network ({known}), but have \"{name}\".", argument);
        }
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex Valid();
}
