using System.Globalization;

namespace Ddpm.Cli.Output;

/// <summary>A number of things in words: 1 image, 2 images.</summary>
internal static class Amount
{
    /// <summary>Gives the number and what there are so many of.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">The word for one of them.</param>
    /// <param name="many">The word for several; null for that of one with an s.</param>
    public static string Of(long count, string one, string? many = null) =>
        $"{count.ToString("N0", CultureInfo.InvariantCulture)} {(count == 1 ? one : many ?? one + "s")}";
}
