namespace Ddpm.Training;

/// <summary>
/// Lists the names under which a <see cref="Trainer"/> reports its work, as <see cref="Core.DdpmTelemetry"/> for samplers.
/// </summary>
public static class TrainingTelemetry
{
    /// <summary>Names the activity source of trainers, which makes one activity, <see cref="TrainActivity"/>, for each run.</summary>
    public const string TrainingSource = "Ddpm.Training";

    /// <summary>Names the meter of trainers.</summary>
    public const string TrainingMeter = "Ddpm.Training";

    /// <summary>
    /// Names the activity of a run. Its tags are <see cref="FirstStepTag"/>, <see cref="TotalStepsTag"/>,
    /// <see cref="Core.DdpmTelemetry.BatchSizeTag"/> (the examples of a step) and, at its end, <see cref="Core.DdpmTelemetry.StepsTag"/>
    /// and <see cref="Core.DdpmTelemetry.OutcomeTag"/>; a failed run has the status Error and the message.
    /// </summary>
    public const string TrainActivity = "ddpm.train";

    /// <summary>Names a counter of steps. Unit: {step}.</summary>
    public const string TrainingSteps = "ddpm.training.steps";

    /// <summary>Names a counter of trained examples. Unit: {example}.</summary>
    public const string TrainingExamples = "ddpm.training.examples";

    /// <summary>Names a histogram of the time of a step with its batch, without hooks. Unit: s.</summary>
    public const string TrainingStepDuration = "ddpm.training.step.duration";

    /// <summary>Names a gauge of the mean loss of the last step's batch.</summary>
    public const string TrainingLoss = "ddpm.training.loss";

    /// <summary>Names the tag that holds the step at which a run begins.</summary>
    public const string FirstStepTag = "ddpm.first_step";

    /// <summary>Names the tag that holds the step at which a run ends.</summary>
    public const string TotalStepsTag = "ddpm.total_steps";
}
