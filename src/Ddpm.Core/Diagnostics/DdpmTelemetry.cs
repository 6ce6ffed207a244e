namespace Ddpm.Core;

/// <summary>
/// Lists the names under which samplers report their work, as <see cref="System.Diagnostics.ActivitySource"/> and
/// <see cref="System.Diagnostics.Metrics.Meter"/>. Give them to OpenTelemetry's AddSource and AddMeter ("Ddpm.*" there covers training
/// too), or to dotnet-counters. Without a listener a step costs a few comparisons.
/// </summary>
public static class DdpmTelemetry
{
    /// <summary>Names the activity source of samplers, which makes one activity, <see cref="SampleActivity"/>, for each run.</summary>
    public const string SamplingSource = "Ddpm.Sampling";

    /// <summary>Names the meter of samplers.</summary>
    public const string SamplingMeter = "Ddpm.Sampling";

    /// <summary>
    /// Names the activity of a run. Its tags are <see cref="SamplerTag"/>, <see cref="StepsTag"/>, <see cref="CountTag"/>,
    /// <see cref="BatchSizeTag"/>, <see cref="ShapeTag"/> and, at its end, <see cref="OutcomeTag"/>; a failed run has the status Error and
    /// the message.
    /// </summary>
    public const string SampleActivity = "ddpm.sample";

    /// <summary>Names a counter of steps, which are calls of the network. Unit: {step}. Tag: <see cref="SamplerTag"/>.</summary>
    public const string SamplingSteps = "ddpm.sampling.steps";

    /// <summary>Names a counter of finished samples. Unit: {sample}. Tag: <see cref="SamplerTag"/>.</summary>
    public const string SamplingSamples = "ddpm.sampling.samples";

    /// <summary>Names a histogram of the time of one step of one batch. Unit: s. Tag: <see cref="SamplerTag"/>.</summary>
    public const string SamplingStepDuration = "ddpm.sampling.step.duration";

    /// <summary>Names an up-down counter of the runs in progress. Unit: {run}. Tag: <see cref="SamplerTag"/>.</summary>
    public const string SamplingActiveRuns = "ddpm.sampling.active_runs";

    /// <summary>Names the tag that holds the type of the sampler, such as DdimSampler.</summary>
    public const string SamplerTag = "ddpm.sampler";

    /// <summary>Names the tag that holds the steps of each batch.</summary>
    public const string StepsTag = "ddpm.steps";

    /// <summary>Names the tag that holds the number of samples to draw.</summary>
    public const string CountTag = "ddpm.count";

    /// <summary>Names the tag that holds the largest number of samples in one call of the network.</summary>
    public const string BatchSizeTag = "ddpm.batch_size";

    /// <summary>Names the tag that holds the shape of one sample, such as 3x32x32.</summary>
    public const string ShapeTag = "ddpm.shape";

    /// <summary>
    /// Names the tag that says how the run ended: "completed", "stopped" (cancelled, or its loop was left early) or "failed".
    /// </summary>
    public const string OutcomeTag = "ddpm.outcome";
}
