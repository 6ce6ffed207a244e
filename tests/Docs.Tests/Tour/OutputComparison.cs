using System.Globalization;
using System.Text.RegularExpressions;

namespace Docs.Tests.Tour;

/// <summary>
/// Compares what a page shows with what its code printed. Words, integers and the number of decimals must be equal. Decimals must be equal
/// too, or agree to a tolerance where a network computed them in float32: its digits differ from processor to processor.
/// </summary>
internal static partial class OutputComparison
{
    /// <summary>The relative tolerance of a network's numbers.</summary>
    public const double Tolerance = 0.02;

    /// <summary>Lists what differs.</summary>
    /// <param name="shown">The text of the page.</param>
    /// <param name="printed">The text of the run.</param>
    /// <param name="isAbout">
    /// Whether decimals may differ, by <see cref="Tolerance"/> or by one unit of the last digit, whichever is more.
    /// </param>
    public static IReadOnlyList<string> Differences(string shown, string printed, bool isAbout)
    {
        string[] expected = Lines(shown), actual = Lines(printed);
        if (expected.Length != actual.Length)
        {
            return [$"the page shows {expected.Length} lines, the run printed {actual.Length}:\n{printed}"];
        }

        return [.. expected.Zip(actual).Where(pair => !Agree(pair.First, pair.Second, isAbout))
            .Select(pair => $"the page shows \"{pair.First}\", the run printed \"{pair.Second}\"")];
    }

    private static bool Agree(string shown, string printed, bool isAbout)
    {
        if (!isAbout) return shown == printed;
        // Columns move with the length of a number.
        if (Words(shown) != Words(printed)) return false;
        return Number().Matches(shown).Zip(Number().Matches(printed)).All(pair => Agree(pair.First, pair.Second));
    }

    private static bool Agree(Match shown, Match printed)
    {
        int decimals = shown.Groups["decimals"].Length;
        if (decimals != printed.Groups["decimals"].Length) return false;
        double expected = Parse(shown), actual = Parse(printed);
        if (decimals == 0) return expected == actual;
        double unit = Math.Pow(10, -decimals + Exponent(shown));
        return Math.Abs(expected - actual) <= Math.Max(1.001 * unit, Tolerance * Math.Abs(expected));
    }

    private static string Words(string line) => Spaces().Replace(Number().Replace(line, "#"), " ");

    private static string[] Lines(string text) => [.. text.TrimEnd().Split('\n').Select(line => line.TrimEnd())];

    private static double Parse(Match number) => double.Parse(number.Value, CultureInfo.InvariantCulture);

    private static int Exponent(Match number) =>
        number.Groups["exponent"].Success ? int.Parse(number.Groups["exponent"].Value, CultureInfo.InvariantCulture) : 0;

    // A minus is a sign only where no word or number ends: "t-1" holds the number 1.
    [GeneratedRegex(@"(?<![\w.])-?\d+(\.(?<decimals>\d+))?([eE](?<exponent>[-+]?\d+))?(?!\w)")]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
