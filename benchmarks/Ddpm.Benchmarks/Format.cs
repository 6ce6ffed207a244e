using System.Globalization;

namespace Ddpm.Benchmarks;

/// <summary>Numbers in tables.</summary>
internal static class Format
{
    /// <summary>With some digits after the point; a dash for nothing.</summary>
    public static string Number(double? value, int digits = 2) => value?.ToString("F" + digits, CultureInfo.InvariantCulture) ?? "-";

    /// <summary>How many times as much.</summary>
    public static string Times(double value) => Number(value) + "×";

    /// <summary>A part of a whole.</summary>
    public static string Percent(double fraction) => Number(100 * fraction, 1) + " %";

    /// <summary>Seconds as milliseconds.</summary>
    public static string Milliseconds(double seconds, int digits = 2) => Number(1000 * seconds, digits);

    /// <summary>Bytes as megabytes (10⁶).</summary>
    public static string Megabytes(double bytes) => Number(bytes / 1e6, 1);
}
