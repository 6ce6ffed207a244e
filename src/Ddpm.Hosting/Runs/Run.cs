using System.Diagnostics;
using System.Runtime.CompilerServices;
using Ddpm.Core;

namespace Ddpm.Hosting;

/// <summary>
/// A run, from the request to its pictures. Watchers see its latest snapshot: a slow one skips previews and delays no other. A run that
/// may be abandoned ends without watchers.
/// </summary>
internal sealed class Run : IDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private readonly Lock gate = new();
    private readonly CancellationTokenSource cancellation = new();
    private readonly TaskCompletionSource<GeneratedImages> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeSpan? abandonedAfter;
    private readonly Timer? abandoned;
    private ServedModel? model;
    private GeneratedImages? result;
    private Timer? limit;
    private TaskCompletionSource changed = NewSignal();
    private int watchers;

    /// <param name="model">The model that draws, held for this run, which releases it.</param>
    /// <param name="settings">What to draw.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="abandonedAfter">The time without watchers that ends the run; null for no end.</param>
    public Run(ServedModel model, RunSettings settings, string caller, TimeSpan? abandonedAfter)
    {
        (this.model, Settings, Caller, this.abandonedAfter, Moves) = (model, settings, caller, abandonedAfter, settings.Moves);
        (ModelName, Steps, Parent) = (model.Name, settings.Sampler.Steps, Activity.Current?.Context ?? default);
        HostingInstruments.Active(ModelName, +1);
        // Read by who asks for it, and by no one else.
        completion.Task.ContinueWith(
            task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        if (abandonedAfter is { } time)
        {
            abandoned = new Timer(_ => Cancel("Nobody was watching any more."), null, time, Timeout.InfiniteTimeSpan);
        }

        if (model.Options.WaitLimit is { } wait) SetLimit(wait, $"The run waited longer than {Seconds(wait)}, the limit.");
    }

    public string Id { get; } = Guid.NewGuid().ToString("N");

    public RunSettings Settings { get; }

    public string Caller { get; }

    public string ModelName { get; }

    /// <summary>The activity that asked.</summary>
    public ActivityContext Parent { get; }

    /// <summary>The steps of the sampler.</summary>
    public int Steps { get; }

    /// <summary>The moves of the run.</summary>
    public int Moves { get; }

    /// <summary>The runs before this one, while it waits.</summary>
    public int Position { get; private set; }

    public RunSnapshot Snapshot { get; private set; } = new(RunState.Queued);

    /// <summary>The pictures; null unless the run is finished.</summary>
    public GeneratedImages? Result
    {
        get
        {
            lock (gate) return result;
        }
    }

    /// <summary>The pictures when they are drawn, or what stopped the run; complete once the snapshot says so.</summary>
    public Task<GeneratedImages> Completion => completion.Task;

    /// <summary>Cancelled when the run is to stop.</summary>
    public CancellationToken Stopping => cancellation.Token;

    /// <summary>The model, until the run is over.</summary>
    public ServedModel Model => model ?? throw new InvalidOperationException("The run is over.");

    /// <summary>Shows what has changed; false once a run is over: then nothing changes any more.</summary>
    public bool Update(Func<RunSnapshot, RunSnapshot> change)
    {
        TaskCompletionSource signal;
        lock (gate)
        {
            if (Snapshot.IsOver) return false;
            Snapshot = change(Snapshot);
            (signal, changed) = (changed, NewSignal());
        }

        signal.TrySetResult();
        return true;
    }

    /// <summary>Says how many runs are before this one, to those who watch.</summary>
    public void MoveTo(int position)
    {
        if (Position == position) return;
        Position = position;
        if (Volatile.Read(ref watchers) > 0) Update(snapshot => snapshot);
    }

    /// <summary>Begins the run; false where it is over already.</summary>
    public bool Begin()
    {
        if (!Update(snapshot => snapshot with { State = RunState.Running })) return false;
        if (Model.Options.RunLimit is { } most) SetLimit(most, $"The run took longer than {Seconds(most)}, the limit.");
        else SetLimit(null, "");
        return true;
    }

    public void Finish(GeneratedImages images, TimeSpan elapsed)
    {
        bool finished = Update(snapshot =>
        {
            result = images;
            return snapshot with { State = RunState.Finished, Elapsed = elapsed };
        });
        if (finished) completion.TrySetResult(images);
    }

    public void Fail(Exception exception)
    {
        if (Update(snapshot => snapshot with { State = RunState.Failed, Reason = ArgumentMessage.Of(exception) }))
        {
            completion.TrySetException(exception);
        }
    }

    /// <summary>Stops the run, at its next step if it has begun.</summary>
    public void Cancel(string reason) => End(reason, new OperationCanceledException(reason));

    /// <summary>Ends a run that waits, because its place goes to another.</summary>
    public void Refuse(QueueFullException exception) => End(exception.Message, exception);

    /// <summary>Gives the snapshot now, at each change and at each heartbeat, until the run is over.</summary>
    public async IAsyncEnumerable<RunSnapshot> Watch([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Watching(+1);
        try
        {
            while (true)
            {
                (RunSnapshot now, Task next) = Look();
                yield return now;
                if (now.IsOver) yield break;
                try
                {
                    await next.WaitAsync(Heartbeat, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Frees the model for the run: the worker has nothing more to do with it.</summary>
    public void ReleaseModel()
    {
        if (Interlocked.Exchange(ref model, null) is not { } held) return;
        HostingInstruments.Active(ModelName, -1);
        Dispose();
        held.Release();
    }

    // The cancellation has nothing to free, and a holder of the run may still ask for it.
    public void Dispose()
    {
        abandoned?.Dispose();
        limit?.Dispose();
    }

    private void End(string reason, Exception exception)
    {
        if (Update(snapshot => snapshot with { State = RunState.Cancelled, Reason = reason })) completion.TrySetException(exception);
        cancellation.Cancel();
    }

    private void SetLimit(TimeSpan? time, string reason)
    {
        limit?.Dispose();
        limit = time is { } most
            ? new Timer(_ => End(reason, new TimeoutException(reason)), null, most, Timeout.InfiniteTimeSpan)
            : null;
    }

    private (RunSnapshot Now, Task Next) Look()
    {
        lock (gate) return (Snapshot, changed.Task);
    }

    private void Watching(int change)
    {
        lock (gate)
        {
            watchers += change;
            if (abandoned is null || Snapshot.IsOver) return;
            abandoned.Change(watchers > 0 ? Timeout.InfiniteTimeSpan : abandonedAfter!.Value, Timeout.InfiniteTimeSpan);
        }
    }

    private static string Seconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds} s");

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
