using System.Diagnostics;
using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>One run of a trainer as telemetry sees it, from start to <see cref="Dispose"/>.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly Activity? activity = TrainingInstruments.Source.StartActivity(TrainingTelemetry.TrainActivity);
    private readonly int examples;
    private string outcome = "stopped";
    private long steps;

    public TrainingRun(long firstStep, long totalSteps, int examples)
    {
        this.examples = examples;
        activity?.SetTag(TrainingTelemetry.FirstStepTag, firstStep).SetTag(TrainingTelemetry.TotalStepsTag, totalSteps)
            .SetTag(DdpmTelemetry.BatchSizeTag, examples);
    }

    public void StepDone(long started, double loss)
    {
        steps++;
        TrainingInstruments.Steps.Add(1);
        TrainingInstruments.Examples.Add(examples);
        if (TrainingInstruments.StepDuration.Enabled)
        {
            TrainingInstruments.StepDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        TrainingInstruments.Loss.Record(loss);
    }

    public void Completed() => outcome = "completed";

    /// <summary>Notes an error that passes by, and lets it: for exception filters.</summary>
    public bool Failed(Exception exception)
    {
        outcome = "failed";
        activity?.SetTag("error.type", exception.GetType().FullName).SetStatus(ActivityStatusCode.Error, exception.Message);
        return false;
    }

    public void Dispose() => activity?.SetTag(DdpmTelemetry.StepsTag, steps).SetTag(DdpmTelemetry.OutcomeTag, outcome).Dispose();
}
