using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ddpm.Hosting;

/// <summary>What <see cref="DdpmHostingTelemetry"/> names.</summary>
internal static class HostingInstruments
{
    private static readonly ActivitySource Source = new(DdpmHostingTelemetry.Source);
    private static readonly Meter Meter = new(DdpmHostingTelemetry.Meter);

    private static readonly UpDownCounter<long> ActiveRequests = Meter.CreateUpDownCounter<long>(
        DdpmHostingTelemetry.ActiveRequests, "{request}", "Requests that wait or run.");

    private static readonly Counter<long> RefusedRequests = Meter.CreateCounter<long>(
        DdpmHostingTelemetry.RefusedRequests, "{request}", "Requests refused because the queue was full.");

    private static readonly Counter<long> Steps = Meter.CreateCounter<long>(
        DdpmHostingTelemetry.Steps, "{step}", "Steps done, each of all pictures of a run.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        DdpmHostingTelemetry.RunDuration, "s", "The time of a request's run, without waiting.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800] });

    public static Activity? Start(Run run) => Source.StartActivity(DdpmHostingTelemetry.RunActivity, ActivityKind.Internal, run.Parent);

    /// <summary>Says what a run was, at its end.</summary>
    public static void Tag(Activity? activity, IReadOnlyList<Run> runs) => activity?
        .SetTag(DdpmHostingTelemetry.ModelTag, runs[0].ModelName).SetTag(DdpmHostingTelemetry.SamplerTag, runs[0].Settings.Sample.Sampler)
        .SetTag(DdpmHostingTelemetry.StepsTag, runs[0].Steps).SetTag(DdpmHostingTelemetry.RequestsTag, runs.Count)
        .SetTag(DdpmHostingTelemetry.CountTag, runs.Sum(run => run.Settings.Sample.Count));

    public static void Active(string model, int change) => ActiveRequests.Add(change, Model(model));

    public static void Refused(string model) => RefusedRequests.Add(1, Model(model));

    public static void Stepped(string model, string sampler) =>
        Steps.Add(1, Model(model), new KeyValuePair<string, object?>(DdpmHostingTelemetry.SamplerTag, sampler));

    public static void Ended(string model, RunState state, TimeSpan run) => Duration.Record(
        run.TotalSeconds, Model(model), new KeyValuePair<string, object?>(DdpmHostingTelemetry.OutcomeTag, Name(state)));

    private static KeyValuePair<string, object?> Model(string name) => new(DdpmHostingTelemetry.ModelTag, name);

    private static string Name(RunState state) => state switch
    {
        RunState.Finished => "completed",
        RunState.Cancelled => "stopped",
        _ => "failed",
    };
}
