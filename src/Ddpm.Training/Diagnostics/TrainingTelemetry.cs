namespace Ddpm.Training;

/// <summary>The names under which a <see cref="Trainer"/> tells what it does: as <see cref="Core.DdpmTelemetry"/> for samplers.</summary>
public static class TrainingTelemetry
{
    /// <summary>The name of the activity source of trainers: one activity, <see cref="TrainActivity"/>, for each run.</summary>
    public const string TrainingSource = "Ddpm.Training";

    /// <summary>The name of the meter of trainers.</summary>
    public const string TrainingMeter = "Ddpm.Training";

    /// <summary>
    /// The activity of a run. Its tags are <see cref="FirstStepTag"/>, <see cref="TotalStepsTag"/>,
    /// <see cref="Core.DdpmTelemetry.BatchSizeTag"/> (the examples of a step) and, at its end, <see cref="Core.DdpmTelemetry.StepsTag"/>
    /// and <see cref="Core.DdpmTelemetry.OutcomeTag"/>; the status of a failed run is Error, with the message.
    /// </summary>
    public const string TrainActivity = "ddpm.train";

    /// <summary>A counter: steps done. Unit: {step}.</summary>
    public const string TrainingSteps = "ddpm.training.steps";

    /// <summary>A counter: examples trained on. Unit: {example}.</summary>
    public const string TrainingExamples = "ddpm.training.examples";

    /// <summary>A histogram: the time of a step with its batch, without hooks. Unit: s.</summary>
    public const string TrainingStepDuration = "ddpm.training.step.duration";

    /// <summary>A gauge: the mean loss of the last step's batch.</summary>
    public const string TrainingLoss = "ddpm.training.loss";

    /// <summary>A tag: the step at which a run begins.</summary>
    public const string FirstStepTag = "ddpm.first_step";

    /// <summary>A tag: the step at which a run is to end.</summary>
    public const string TotalStepsTag = "ddpm.total_steps";
}
