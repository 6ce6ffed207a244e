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
