namespace Ddpm.Hosting;

/// <summary>How long runs take, of late.</summary>
internal sealed class RunPace
{
    // Each run counts for a quarter: people change their settings.
    private const double Newest = 0.25;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);
    private long ticks;

    /// <summary>The time after which a place is likely to be free.</summary>
    public TimeSpan RetryAfter => new(Math.Max(Least.Ticks, Interlocked.Read(ref ticks)));

    /// <summary>Called by the worker alone.</summary>
    public void Observe(TimeSpan run) =>
        Interlocked.Exchange(ref ticks, ticks == 0 ? run.Ticks : (long)((1 - Newest) * ticks + Newest * run.Ticks));
}
