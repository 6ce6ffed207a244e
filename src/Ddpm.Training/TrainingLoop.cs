using System.Diagnostics;
using System.Globalization;
using Ddpm.Core;
using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>One run of a <see cref="Trainer"/>: step after step with its hooks, until all steps are done or the run is cancelled.</summary>
internal sealed class TrainingLoop
{
    public required Trainer Trainer { get; init; }

    /// <summary>Gets this rank's share of the batches.</summary>
    public required IBatchSource Batches { get; init; }

    /// <summary>Gets the examples of a batch, of all ranks.</summary>
    public required int BatchSize { get; init; }

    public required long TotalSteps { get; init; }

    public required ITrainingHook[] Hooks { get; init; }

    /// <summary>Gets the learning rate of each step.</summary>
    public required LearningRatePlan LearningRate { get; init; }

    /// <summary>Gets where the hooks' states stay between two runs.</summary>
    public required RunningHooks RunningHooks { get; init; }

    public required IProgress<TrainingProgress>? Progress { get; init; }

    public required ILogger Logger { get; init; }

    private bool ComputesInBFloat16OnTheCpu => Trainer.Options.ComputeType == ScalarType.BFloat16
        && Trainer.Network.parameters().First().device_type == DeviceType.CPU;

    private int Examples => BatchSize * Trainer.Options.Accumulation;

    /// <summary>Compares the run with those of the other ranks; collective.</summary>
    /// <exception cref="DistributedException">The ranks were given different batches or hooks.</exception>
    public void RequireAgreement() => Trainer.Communicator.RequireSame("run", new SortedDictionary<string, string>
    {
        ["Batches"] = Batches.Identity,
        ["Batch size"] = BatchSize.ToString(CultureInfo.InvariantCulture),
        ["Steps done"] = Trainer.StepsDone.ToString(CultureInfo.InvariantCulture),
        ["Learning rate"] = LearningRate.Text,
        ["Total steps"] = TotalSteps.ToString(CultureInfo.InvariantCulture),
        ["Hooks"] = string.Join(", ", Hooks.Select(Described)),
    });

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
            RunningHooks.Forget();
            throw;
        }

        return Trainer.StepsDone >= TotalSteps;
    }

    private void Run(TrainingRun run, CancellationToken cancellationToken)
    {
        using var held = new Holdings();
        held.Take(Hooks.OfType<IExclusiveHook>().Select(hook => (Func<IDisposable>)(() => hook.Take(Trainer.Communicator))));
        Logger.TrainingStarted(Trainer.StepsDone, TotalSteps, Examples);
        if (ComputesInBFloat16OnTheCpu && Logger.IsEnabled(LogLevel.Warning)) Logger.BFloat16Measured(ComputeSpeed.Measure());
        RunningHooks.Start(Hooks, Trainer);
        var pace = new Pace(Examples);
        while (Trainer.StepsDone < TotalSteps && !Trainer.Communicator.Any(cancellationToken.IsCancellationRequested))
        {
            long started = Stopwatch.GetTimestamp();
            TrainingStep step = NextStep();
            run.StepDone(started, step.Loss);
            pace.Tick();
            TimeSpan remaining = pace.Remaining(TotalSteps - Trainer.StepsDone);
            var done = new TrainingProgress(Trainer.StepsDone, TotalSteps, step, pace.ExamplesPerSecond, pace.Elapsed, remaining);
            foreach (ITrainingHook hook in Hooks) hook.StepDone(Trainer, done);
            Progress?.Report(done);
        }

        RunningHooks.End(Hooks, Trainer);
        if (Trainer.StepsDone >= TotalSteps) run.Completed();
        Logger.TrainingEnded(Trainer.StepsDone, TotalSteps, pace.Elapsed);
    }

    private TrainingStep NextStep()
    {
        using var batches = new StepBatches(Batches, Trainer.StepsDone, Trainer.Options.Accumulation);
        return Trainer.StepOn(batches.All);
    }

    private static string Described(ITrainingHook hook) =>
        hook.GetType().Name + (hook is IPeriodicHook periodic ? FormattableString.Invariant($" every {periodic.Every}") : "");
}
