using System.Globalization;

namespace Ddpm.Data;

/// <summary>Reads the times of a CSV file: dates in the order year, month, day, which nobody mistakes, or numbers.</summary>
internal static class SeriesTime
{
    private static readonly string[] Formats =
    [
        .. from date in new[] { "yyyy-MM-dd", "yyyy/MM/dd", "yyyyMMdd" }
           from time in new[] { "", "THH:mmK", "THH:mm:ssK", "THH:mm:ss.FFFFFFFK", " HH:mmK", " HH:mm:ssK", " HH:mm:ss.FFFFFFFK" }
           select date + time.Replace("T", "'T'", StringComparison.Ordinal),
        "yyyy-MM", "yyyy/MM",
    ];

    /// <summary>Reads a date as days since 1899-12-30, in UTC where the text states an offset.</summary>
    public static double? Date(string text) => DateTime.TryParseExact(
        text,
        Formats,
        CultureInfo.InvariantCulture,
        DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out DateTime date)
        ? date.ToOADate()
        : null;
}
