namespace Ddpm.Core;

/// <summary>
/// The names under which samplers tell what they do, as <see cref="System.Diagnostics.ActivitySource"/> and
/// <see cref="System.Diagnostics.Metrics.Meter"/>: give them to OpenTelemetry's AddSource and AddMeter ("Ddpm.*" there covers training
/// too), or to dotnet-counters. Without a listener a step costs a few comparisons.
/// </summary>
public static class DdpmTelemetry
{
    /// <summary>The name of the activity source of samplers: one activity, <see cref="SampleActivity"/>, for each run.</summary>
    public const string SamplingSource = "Ddpm.Sampling";

    /// <summary>The name of the meter of samplers.</summary>
    public const string SamplingMeter = "Ddpm.Sampling";

    /// <summary>
    /// The activity of a run. Its tags are <see cref="SamplerTag"/>, <see cref="StepsTag"/>, <see cref="CountTag"/>,
    /// <see cref="BatchSizeTag"/>, <see cref="ShapeTag"/> and, at its end, <see cref="OutcomeTag"/>; the status of a failed run is Error,
    /// with the message.
    /// </summary>
    public const string SampleActivity = "ddpm.sample";

    /// <summary>A counter: steps done, which are calls of the network. Unit: {step}. Tag: <see cref="SamplerTag"/>.</summary>
    public const string SamplingSteps = "ddpm.sampling.steps";

    /// <summary>A counter: samples finished. Unit: {sample}. Tag: <see cref="SamplerTag"/>.</summary>
    public const string SamplingSamples = "ddpm.sampling.samples";

    /// <summary>A histogram: the time of one step of one batch. Unit: s. Tag: <see cref="SamplerTag"/>.</summary>
    public const string SamplingStepDuration = "ddpm.sampling.step.duration";

    /// <summary>An up-down counter: runs that have begun and not ended. Unit: {run}. Tag: <see cref="SamplerTag"/>.</summary>
    public const string SamplingActiveRuns = "ddpm.sampling.active_runs";

    /// <summary>A tag: the type of the sampler, such as DdimSampler.</summary>
    public const string SamplerTag = "ddpm.sampler";

    /// <summary>A tag: the steps of each batch.</summary>
    public const string StepsTag = "ddpm.steps";

    /// <summary>A tag: the samples that the run draws.</summary>
    public const string CountTag = "ddpm.count";

    /// <summary>A tag: the samples that the network sees at once, at most.</summary>
    public const string BatchSizeTag = "ddpm.batch_size";

    /// <summary>A tag: the shape of one sample, such as 3x32x32.</summary>
    public const string ShapeTag = "ddpm.shape";

    /// <summary>A tag: how the run ended, "completed", "stopped" (cancelled, or its loop was left early) or "failed".</summary>
    public const string OutcomeTag = "ddpm.outcome";
}
