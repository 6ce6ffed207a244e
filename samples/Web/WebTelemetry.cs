using System.Diagnostics.Metrics;

namespace Ddpm.Web;

/// <summary>What the server counts beside what the library does (Ddpm.Sampling).</summary>
internal sealed class WebTelemetry
{
    public const string MeterName = "Ddpm.Web";
    private readonly Counter<long> refused;
    private readonly Histogram<double> duration;

    public WebTelemetry(IMeterFactory meters, JobQueue queue)
    {
        Meter meter = meters.Create(MeterName);
        refused = meter.CreateCounter<long>("ddpm.web.runs.refused", "{run}", "Runs refused because the queue was full.");
        duration = meter.CreateHistogram("ddpm.web.run.duration", "s", "The time of a run, without waiting.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800] });
        meter.CreateObservableGauge("ddpm.web.queue.length", () => queue.Length, "{run}", "Runs that wait.");
    }

    public void Refused() => refused.Add(1);

    public void Ended(JobState state, TimeSpan run) =>
        duration.Record(run.TotalSeconds, new KeyValuePair<string, object?>("ddpm.outcome", Name(state)));

    private static string Name(JobState state) => state switch
    {
        JobState.Finished => "completed",
        JobState.Cancelled => "stopped",
        _ => "failed",
    };
}
