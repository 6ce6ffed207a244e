using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddpm.Hosting;

/// <summary>
/// Draws one run after the other on a thread: a network's kernels use all cores already. The thread begins with the first run.
/// </summary>
internal sealed partial class RunWorker : IDisposable
{
    private readonly RunQueue queue = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Lazy<Task> loop;
    private readonly ILogger logger;
    private volatile IReadOnlyList<Run> current = [];
    private volatile bool stopped;

    /// <param name="name">The name of the worker.</param>
    /// <param name="logger">Receives what fails.</param>
    public RunWorker(string name, ILogger logger)
    {
        (Name, this.logger) = (name, logger);
        loop = new Lazy<Task>(() =>
            Task.Factory.StartNew(Loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
    }

    public string Name { get; }

    /// <summary>How long runs take, of late.</summary>
    public RunPace Pace { get; } = new();

    /// <summary>Whether runs are drawn, or will be when there are some.</summary>
    public bool IsAlive => !stopped && (!loop.IsValueCreated || !loop.Value.IsCompleted);

    /// <summary>Whether a run of a model is being drawn.</summary>
    public bool IsDrawing(string model) => current.Any(run => run.ModelName == model);

    /// <summary>How many runs of a model wait.</summary>
    public int LengthOf(string model) => queue.LengthOf(model);

    /// <summary>Takes a run in.</summary>
    /// <exception cref="QueueFullException">As many wait as may.</exception>
    /// <exception cref="ModelUnavailableException">The worker has stopped.</exception>
    public void Add(Run run)
    {
        int most = run.Model.Options.QueueLength;
        if (!IsAlive) throw new ModelUnavailableException($"The worker {Name} has stopped, and draws no more.");
        if (!queue.TryAdd(run, most, out Run? displaced))
        {
            HostingInstruments.Refused(run.ModelName);
            throw new QueueFullException(most, Pace.RetryAfter);
        }

        if (displaced is not null)
        {
            HostingInstruments.Refused(displaced.ModelName);
            displaced.Refuse(new QueueFullException(most, Pace.RetryAfter));
            displaced.ReleaseModel();
        }

        _ = loop.Value;
        if (stopped) run.Cancel("The host stopped.");
    }

    /// <summary>Ends all runs and takes no more.</summary>
    public void Stop(string reason)
    {
        stopped = true;
        foreach (Run run in (IEnumerable<Run>)[.. queue.All(), .. current]) run.Cancel(reason);
    }

    public void Dispose()
    {
        Stop("The host stopped.");
        stopping.Cancel();
        if (loop.IsValueCreated) loop.Value.GetAwaiter().GetResult();
        queue.Dispose();
        stopping.Dispose();
    }

    private void Loop()
    {
        try
        {
            while (true) Work(queue.Take(stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private void Work(IReadOnlyList<Run> taken)
    {
        current = taken;
        long started = Stopwatch.GetTimestamp();
        Run[] begun = [];
        using Activity? activity = HostingInstruments.Start(taken[0]);
        try
        {
            begun = [.. taken.Where(run => run.Begin())];
            if (begun.Length == 0) return;
            new Drawing(begun).Draw();
            Pace.Observe(Stopwatch.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (begun.All(run => run.Stopping.IsCancellationRequested))
        {
            // The runs show already who cancelled them.
        }
#pragma warning disable CA1031 // Each run passes it to who asked.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // One run that fails must not end all that come after it.
            foreach (Run run in begun)
            {
                RunFailed(exception, run.Id, run.ModelName);
                run.Fail(exception);
            }

            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
        }
        finally
        {
            foreach (Run run in taken)
            {
                HostingInstruments.Ended(run.ModelName, run.Snapshot.State, Stopwatch.GetElapsedTime(started));
                run.ReleaseModel();
            }

            HostingInstruments.Tag(activity, taken);
            current = [];
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {Id} of the model {Model} failed")]
    private partial void RunFailed(Exception exception, string id, string model);
}
