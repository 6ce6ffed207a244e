namespace Ddpm.Web;

/// <summary>How long runs take, of late.</summary>
internal sealed class JobPace
{
    // Each run counts for a quarter: people change their settings.
    private const double Newest = 0.25;
    private long ticks;

    public TimeSpan MeanRun => new(Interlocked.Read(ref ticks));

    /// <summary>Called by the worker alone.</summary>
    public void Observe(TimeSpan run) => Interlocked.Exchange(ref ticks, ticks == 0 ? run.Ticks : (long)((1 - Newest) * ticks + Newest * run.Ticks));
}
