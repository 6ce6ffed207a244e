using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// Writes how fast a run is, at fixed intervals of steps: examples_per_second, elapsed_seconds of this run and memory_megabytes of rank 0's
/// process, native memory included. These numbers differ from run to run, so <see cref="MetricsLog"/> leaves them out.
/// </summary>
public sealed class PaceLog : ITrainingHook, IPeriodicHook, IExclusiveHook, IDisposable
{
    private readonly MetricWriters writers;

    /// <summary>Creates a log that begins with the next run.</summary>
    /// <param name="every">How many steps lie between two rows. Range: ≥ 1.</param>
    /// <param name="writers">The writers of the numbers; disposed with the log.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="every"/> is below 1.</exception>
    public PaceLog(int every, params IMetricWriter[] writers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        ArgumentNullException.ThrowIfNull(writers);
        Every = every;
        this.writers = new MetricWriters(writers);
    }

    /// <summary>Gets how many steps lie between two rows.</summary>
    public int Every { get; }

    /// <inheritdoc/>
    public void RunStarting(Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        trainer.Communicator.OnFirstRank(() => writers.Begin(trainer.StepsDone));
    }

    /// <inheritdoc/>
    public void StepDone(Trainer trainer, TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        if (progress.IsEvery(Every)) trainer.Communicator.OnFirstRank(() => Write(progress));
    }

    /// <inheritdoc/>
    IDisposable IExclusiveHook.Take(ICommunicator ranks) => writers.Take(ranks);

    /// <summary>Closes the writers.</summary>
    public void Dispose() => writers.Dispose();

    private void Write(TrainingProgress progress) => writers.Write(progress.Step,
    [
        new("examples_per_second", progress.ExamplesPerSecond),
        new("elapsed_seconds", progress.Elapsed.TotalSeconds),
        new("memory_megabytes", Environment.WorkingSet / 1e6),
    ]);
}
