namespace Ddpm.Hosting;

/// <summary>
/// Lists the names under which services report their work. Give them to OpenTelemetry's AddSource and AddMeter, or to dotnet-counters.
/// </summary>
public static class DdpmHostingTelemetry
{
    /// <summary>Names the activity source, which makes one activity, <see cref="RunActivity"/>, for each run.</summary>
    public const string Source = "Ddpm.Hosting";

    /// <summary>Names the meter.</summary>
    public const string Meter = "Ddpm.Hosting";

    /// <summary>Names the activity of a run. Its tags are <see cref="ModelTag"/>, <see cref="SamplerTag"/>, <see cref="StepsTag"/>,
    /// <see cref="CountTag"/> and <see cref="RequestsTag"/>.</summary>
    public const string RunActivity = "ddpm.hosting.run";

    /// <summary>Names an up-down counter of requests that wait or run. Unit: {request}. Tag: <see cref="ModelTag"/>.</summary>
    public const string ActiveRequests = "ddpm.hosting.requests.active";

    /// <summary>Names a counter of requests that a full queue refused. Unit: {request}. Tag: <see cref="ModelTag"/>.</summary>
    public const string RefusedRequests = "ddpm.hosting.requests.refused";

    /// <summary>
    /// Names a histogram of the time that a request runs, without waiting. Unit: s. Tags: <see cref="ModelTag"/>,
    /// <see cref="OutcomeTag"/>.
    /// </summary>
    public const string RunDuration = "ddpm.hosting.run.duration";

    /// <summary>Names a counter of steps. Unit: {step}. Tags: <see cref="ModelTag"/>, <see cref="SamplerTag"/>.</summary>
    public const string Steps = "ddpm.hosting.steps";

    /// <summary>Names the tag that holds the name of the model.</summary>
    public const string ModelTag = "ddpm.model";

    /// <summary>Names the tag that holds the name of the sampler.</summary>
    public const string SamplerTag = "ddpm.sampler";

    /// <summary>Names the tag that holds the steps.</summary>
    public const string StepsTag = "ddpm.steps";

    /// <summary>Names the tag that holds the number of pictures of all requests of a run.</summary>
    public const string CountTag = "ddpm.count";

    /// <summary>Names the tag that holds the number of requests that a run serves.</summary>
    public const string RequestsTag = "ddpm.requests";

    /// <summary>Names the tag that says how a request ended: "completed", "stopped" or "failed".</summary>
    public const string OutcomeTag = "ddpm.outcome";
}
