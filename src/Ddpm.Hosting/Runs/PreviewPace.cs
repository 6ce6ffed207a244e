using System.Diagnostics;

namespace Ddpm.Hosting;

/// <summary>
/// Which steps are shown: those that the request asks for; or some forty in a run however many steps it has, one a second of a network
/// that is slow, and the last.
/// </summary>
internal sealed class PreviewPace(int steps, int? requested)
{
    private const int Shown = 40;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private readonly int every = requested ?? Math.Max(1, steps / Shown);
    private long last = Stopwatch.GetTimestamp();

    public bool IsDue(int step)
    {
        bool slow = requested is null && Stopwatch.GetElapsedTime(last) >= Longest;
        if (step % every != 0 && step != steps && !slow) return false;
        last = Stopwatch.GetTimestamp();
        return true;
    }
}
