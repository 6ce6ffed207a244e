using System.Diagnostics;

namespace Ddpm.Web;

/// <summary>Which steps are shown: some forty in a run however many steps it has, one a second of a network that is slow, and the last.</summary>
internal sealed class PreviewPace(int steps)
{
    private const int Shown = 40;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private readonly int every = Math.Max(1, steps / Shown);
    private long last = Stopwatch.GetTimestamp();

    public bool IsDue(int step)
    {
        if (step % every != 0 && step != steps && Stopwatch.GetElapsedTime(last) < Longest) return false;
        last = Stopwatch.GetTimestamp();
        return true;
    }
}
