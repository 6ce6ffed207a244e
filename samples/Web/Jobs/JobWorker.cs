using System.Diagnostics;

namespace Ddpm.Web;

/// <summary>
/// Does one run after the other on a thread of its own: a network's kernels use all cores already, and each thread that calls them gets a
/// pool of threads of its own.
/// </summary>
internal sealed partial class JobWorker(
    JobQueue queue,
    JobRunner runner,
    JobPace pace,
    WebTelemetry telemetry,
    ILogger<JobWorker> logger) : BackgroundService
{
    /// <summary>The run in progress; null while there is none.</summary>
    public Job? Current { get; private set; }

    /// <summary>Whether runs are still being done.</summary>
    public bool IsAlive => ExecuteTask is { IsCompleted: false };

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Loop(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Loop(CancellationToken stoppingToken)
    {
        try
        {
            while (true) Work(queue.Take(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private void Work(Job job)
    {
        Current = job;
        long started = Stopwatch.GetTimestamp();
        try
        {
            runner.Run(job);
            pace.Observe(Stopwatch.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (job.Stopping.IsCancellationRequested)
        {
            // The run shows already who cancelled it.
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // One run that fails must not end all that come after it.
            RunFailed(exception, job.Id);
            job.Update(snapshot => snapshot with { State = JobState.Failed, Reason = exception.Message });
        }
        finally
        {
            telemetry.Ended(job.Snapshot.State, Stopwatch.GetElapsedTime(started));
            Current = null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {Id} failed")]
    private partial void RunFailed(Exception exception, string id);
}
