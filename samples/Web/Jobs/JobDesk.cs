namespace Ddpm.Web;

/// <summary>Takes runs in: names them, puts them in the queue, and says how long one may have to wait when it is full.</summary>
internal sealed class JobDesk(JobQueue queue, JobStore store, JobPace pace, ServerOptions options, WebTelemetry telemetry)
{
    /// <summary>A new run; null where the queue is full.</summary>
    public Job? Submit(JobSettings settings)
    {
        var job = new Job(settings, options.AbandonedAfter);
        if (queue.TryAdd(job))
        {
            store.Add(job);
            return job;
        }

        job.Dispose();
        telemetry.Refused();
        return null;
    }

    /// <summary>The time after which a place is likely to be free.</summary>
    public TimeSpan RetryAfter => pace.MeanRun < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : pace.MeanRun;
}

/// <summary>How long runs take, of late.</summary>
internal sealed class JobPace
{
    // Each run counts for a quarter: people change their settings.
    private const double Newest = 0.25;
    private long ticks;

    public TimeSpan MeanRun => new(Interlocked.Read(ref ticks));

    /// <summary>Called by the worker alone.</summary>
    public void Observe(TimeSpan run) =>
        Interlocked.Exchange(ref ticks, ticks == 0 ? run.Ticks : (long)((1 - Newest) * ticks + Newest * run.Ticks));
}
