using System.Globalization;

namespace Ddpm.Cli.Output;

/// <summary>A number of things in words: 1 image, 2 images, 5.2 GB.</summary>
internal static class Amount
{
    private static readonly string[] Units = ["bytes", "KB", "MB", "GB", "TB"];

    /// <summary>Gives the number and what there are so many of.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">The word for one of them.</param>
    /// <param name="many">The word for several; null for that of one with an s.</param>
    public static string Of(long count, string one, string? many = null) =>
        $"{count.ToString("N0", CultureInfo.InvariantCulture)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary>A number of bytes as people read it, in powers of 1,000.</summary>
    public static string Bytes(double count)
    {
        int unit = 0;
        for (; count >= 1000 && unit < Units.Length - 1; unit++) count /= 1000;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{count.ToString(unit == 0 ? "F0" : "F1", CultureInfo.InvariantCulture)} {Units[unit]}");
    }
}
