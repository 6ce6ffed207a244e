using System.Runtime.CompilerServices;
using Ddpm.Core;

namespace Ddpm.Web;

/// <summary>
/// A run, from the request to its pictures. Watchers see its latest snapshot: a slow one skips previews and delays no other. A run
/// without watchers is cancelled.
/// </summary>
internal sealed class Job : IDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private readonly Lock gate = new();
    private readonly CancellationTokenSource cancellation = new();
    private readonly TimeSpan abandonedAfter;
    private readonly Timer abandoned;
    private TaskCompletionSource changed = NewSignal();
    private int watchers;

    public Job(JobSettings settings, TimeSpan abandonedAfter)
    {
        Settings = settings;
        this.abandonedAfter = abandonedAfter;
        abandoned = new Timer(_ => Cancel("Nobody was watching any more."), null, abandonedAfter, Timeout.InfiniteTimeSpan);
    }

    public string Id { get; } = Guid.NewGuid().ToString("N");

    public JobSettings Settings { get; }

    public JobSnapshot Snapshot { get; private set; } = new(JobState.Queued);

    /// <summary>The pictures; null unless the run is finished.</summary>
    public JobResult? Result { get; private set; }

    /// <summary>Cancelled when the run is to stop.</summary>
    public CancellationToken Stopping => cancellation.Token;

    /// <summary>Shows what has changed. Once a run is over nothing changes any more.</summary>
    public void Update(Func<JobSnapshot, JobSnapshot> change)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            if (Snapshot.IsOver) return;
            Snapshot = change(Snapshot);
            (signal, changed) = (changed, NewSignal());
        }

        signal.TrySetResult();
    }

    public void Finish(JobResult result, TimeSpan elapsed)
    {
        Update(snapshot =>
        {
            Result = result;
            return snapshot with { State = JobState.Finished, Elapsed = elapsed };
        });
    }

    /// <summary>Stops the run, at its next step if it has begun.</summary>
    public void Cancel(string reason)
    {
        Update(snapshot => snapshot with { State = JobState.Cancelled, Reason = reason });
        cancellation.Cancel();
    }

    /// <summary>Gives the snapshot now, at each change and at each heartbeat, until the run is over.</summary>
    public async IAsyncEnumerable<JobSnapshot> Watch([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Watching(+1);
        try
        {
            while (true)
            {
                (JobSnapshot now, Task next) = Look();
                yield return now;
                if (now.IsOver) yield break;
                try
                {
                    await next.WaitAsync(Heartbeat, cancellationToken);
                }
                catch (TimeoutException)
                {
                    // Nothing new: the same once more, so that no proxy takes the line for dead.
                }
            }
        }
        finally
        {
            Watching(-1);
        }
    }

    // The cancellation has nothing to free, and a holder of the run may still ask for it.
    public void Dispose() => abandoned.Dispose();

    private (JobSnapshot Now, Task Next) Look()
    {
        lock (gate) return (Snapshot, changed.Task);
    }

    private void Watching(int change)
    {
        lock (gate)
        {
            watchers += change;
            if (!Snapshot.IsOver) abandoned.Change(watchers > 0 ? Timeout.InfiniteTimeSpan : abandonedAfter, Timeout.InfiniteTimeSpan);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>What to draw; checked.</summary>
/// <param name="Sampler">With which sampler.</param>
/// <param name="Steps">In how many steps.</param>
/// <param name="Seed">From which noise.</param>
/// <param name="Count">How many pictures.</param>
/// <param name="Label">Of which class; null for none.</param>
/// <param name="Guidance">How strongly guided to the class; 1 for not at all.</param>
internal sealed record JobSettings(SamplerEntry Sampler, int Steps, long Seed, int Count, int? Label, double Guidance);
