namespace Ddpm.Web;

/// <summary>The runs by their names: all that are not over, and the last that are, so that their pictures can be fetched.</summary>
internal sealed class JobStore(ServerOptions options) : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<Job> jobs = [];

    public void Add(Job job)
    {
        lock (gate)
        {
            jobs.Add(job);
            Job[] over = [.. jobs.Where(old => old.Snapshot.IsOver)];
            foreach (Job old in over.Take(over.Length - options.KeptRuns))
            {
                jobs.Remove(old);
                old.Dispose();
            }
        }
    }

    public Job? Find(string id)
    {
        lock (gate) return jobs.Find(job => job.Id == id);
    }

    public void CancelAll(string reason)
    {
        Job[] all;
        lock (gate) all = [.. jobs];
        foreach (Job job in all) job.Cancel(reason);
    }

    public void Dispose()
    {
        foreach (Job job in jobs) job.Dispose();
    }
}
