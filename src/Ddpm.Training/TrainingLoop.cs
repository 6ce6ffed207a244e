using System.Diagnostics;
using Ddpm.Core;
using Microsoft.Extensions.Logging;

namespace Ddpm.Training;

/// <summary>One run of a <see cref="Trainer"/>: step after step with its hooks, until all steps are done or the run is cancelled.</summary>
internal sealed class TrainingLoop
{
    public required Trainer Trainer { get; init; }

    /// <summary>This rank's share of the batches.</summary>
    public required IBatchSource Batches { get; init; }

    /// <summary>The examples of a step, of all ranks.</summary>
    public required int Examples { get; init; }

    public required long TotalSteps { get; init; }

    public required ITrainingHook[] Hooks { get; init; }

    public required IProgress<TrainingProgress>? Progress { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Runs; collective.</summary>
    /// <returns>Whether all steps were done.</returns>
    public bool Run(CancellationToken cancellationToken)
    {
        using var run = new TrainingRun(Trainer.StepsDone, TotalSteps, Examples);
        try
        {
            Run(run, cancellationToken);
        }
        catch (Exception exception) when (run.Failed(exception))
        {
            throw;
        }
        catch
        {
            Trainer.ForgetHooks();
            throw;
        }

        return Trainer.StepsDone >= TotalSteps;
    }

    private void Run(TrainingRun run, CancellationToken cancellationToken)
    {
        Logger.TrainingStarted(Trainer.StepsDone, TotalSteps, Examples);
        Trainer.StartHooks(Hooks);
        var pace = new Pace(Examples);
        while (Trainer.StepsDone < TotalSteps && !Trainer.Communicator.Any(cancellationToken.IsCancellationRequested))
        {
            long started = Stopwatch.GetTimestamp();
            TrainingStep step;
            using (
                var batches = new StepBatches(Batches, Trainer.StepsDone, Trainer.Options.Accumulation)) step = Trainer.StepOn(batches.All);
            run.StepDone(started, step.Loss);
            pace.Tick();
            TimeSpan remaining = pace.Remaining(TotalSteps - Trainer.StepsDone);
            var done = new TrainingProgress(Trainer.StepsDone, TotalSteps, step, pace.ExamplesPerSecond, pace.Elapsed, remaining);
            foreach (ITrainingHook hook in Hooks) hook.StepDone(Trainer, done);
            Progress?.Report(done);
        }

        Trainer.EndHooks(Hooks);
        if (Trainer.StepsDone >= TotalSteps) run.Completed();
        Logger.TrainingEnded(Trainer.StepsDone, TotalSteps, pace.Elapsed);
    }
}
