using System.Globalization;

namespace Ddpm.Cli.Output;

/// <summary>Times for people.</summary>
internal static class Duration
{
    /// <summary>Returns a time as 0.034 s, 12 s, 3 min 20 s, 5 h 12 min or 3 d 4 h, rounded to the last unit that is shown.</summary>
    /// <param name="time">The time; one below 0 is shown as 0.</param>
    public static string Of(TimeSpan time)
    {
        double total = Math.Max(0, time.TotalSeconds);
        if (total < 9.95) return $"{Short(total)} s";
        // Rounded first: 59.7 s are a minute, and 3,599.7 s an hour.
        long seconds = Round(total), minutes = Round(total / 60), hours = Round(total / 3600);
        if (seconds < 60) return $"{seconds} s";
        if (seconds < 3600) return $"{seconds / 60} min {seconds % 60} s";
        return minutes < 24 * 60
            ? $"{minutes / 60} h {minutes % 60} min"
            : string.Create(CultureInfo.InvariantCulture, $"{hours / 24:N0} d {hours % 24} h");
    }

    private static long Round(double value) => (long)Math.Round(value, MidpointRounding.AwayFromZero);

    // Two digits, and no exponent.
    private static string Short(double seconds) => seconds == 0 ? "0"
        : decimal.Parse(seconds.ToString("G2", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture)
            .ToString(CultureInfo.InvariantCulture);
}
