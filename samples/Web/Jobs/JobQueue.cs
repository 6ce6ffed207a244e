namespace Ddpm.Web;

/// <summary>The runs that wait, first come first served, no more than the bound. One that is cancelled leaves its place at once.</summary>
internal sealed class JobQueue(ServerOptions options) : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<Job> waiting = [];
    private readonly SemaphoreSlim arrivals = new(0);

    public int Length
    {
        get
        {
            lock (gate) return waiting.Count;
        }
    }

    /// <summary>Puts a run at the end; false where the queue is full.</summary>
    public bool TryAdd(Job job)
    {
        lock (gate)
        {
            if (waiting.Count >= options.QueueLength) return false;
            waiting.Add(job);
            Renumber();
        }

        job.Stopping.Register(() => Leave(job));
        arrivals.Release();
        return true;
    }

    /// <summary>Waits for the next run.</summary>
    public Job Take(CancellationToken cancellationToken)
    {
        while (true)
        {
            arrivals.Wait(cancellationToken);
            lock (gate)
            {
                // Those that left had been counted as arrivals.
                if (waiting.Count == 0) continue;
                Job job = waiting[0];
                waiting.RemoveAt(0);
                Renumber();
                return job;
            }
        }
    }

    public void Dispose() => arrivals.Dispose();

    private void Leave(Job job)
    {
        lock (gate)
        {
            if (waiting.Remove(job)) Renumber();
        }
    }

    private void Renumber()
    {
        for (int i = 0; i < waiting.Count; i++)
        {
            int position = i;
            waiting[i].Update(snapshot => snapshot with { Position = position });
        }
    }
}
