using System.Globalization;

namespace Ddpm.Cli.Output;

/// <summary>Times for people.</summary>
internal static class Duration
{
    /// <summary>Returns a time as 0.034 s, 12 s, 3 min 20 s, 5 h 12 min or 3 d 4 h.</summary>
    public static string Of(TimeSpan time) => time switch
    {
        { TotalSeconds: < 9.95 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:G2} s"),
        { TotalSeconds: < 59.5 } => $"{Math.Round(time.TotalSeconds)} s",
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds} s",
        { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes} min",
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalDays:N0} d {time.Hours} h"),
    };
}
