using System.Diagnostics;

namespace Ddpm.Cli.Output;

/// <summary>
/// Decides when a line of progress is due where there is no terminal: after the first step, then after 10 s, 30 s, 1, 2, 5 and 10 minutes,
/// and every 10 minutes from there.
/// </summary>
/// <param name="clock">Gives the time since the start. Default: the real time.</param>
internal sealed class Milestones(Func<TimeSpan>? clock = null)
{
    private static readonly int[] Seconds = [10, 30, 60, 120, 300, 600];
    private readonly Func<TimeSpan> elapsed = clock ?? Clock();
    private double next;

    /// <summary>Returns whether a line is due now; each is due once.</summary>
    /// <param name="first">Whether a line is due at once where there was none yet.</param>
    public bool IsDue(bool first = true)
    {
        double now = elapsed().TotalSeconds;
        if (next == 0 && !first) next = Seconds[0];
        if (now < next) return false;
        next = Seconds.Select(second => (double)second).FirstOrDefault(second => second > now, (Math.Floor(now / 600) + 1) * 600);
        return true;
    }

    private static Func<TimeSpan> Clock()
    {
        long started = Stopwatch.GetTimestamp();
        return () => Stopwatch.GetElapsedTime(started);
    }
}
