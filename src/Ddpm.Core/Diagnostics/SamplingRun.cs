using System.Diagnostics;

namespace Ddpm.Core;

/// <summary>One run of a sampler as telemetry sees it, from start to <see cref="Dispose"/>.</summary>
internal sealed class SamplingRun : IDisposable
{
    private readonly KeyValuePair<string, object?> sampler;
    private readonly Activity? activity;
    private readonly bool counted;
    private string outcome = "stopped";

    private SamplingRun(string samplerName, Activity? activity)
    {
        sampler = new KeyValuePair<string, object?>(DdpmTelemetry.SamplerTag, samplerName);
        this.activity = activity;
        counted = SamplingInstruments.ActiveRuns.Enabled;
        if (counted) SamplingInstruments.ActiveRuns.Add(1, sampler);
    }

    public static SamplingRun Start(string samplerName, int steps, int count, int batchSize, IReadOnlyList<long> shape)
    {
        // Runs are iterators: what is current must stay the consumer's between their steps.
        Activity? around = Activity.Current;
        Activity? activity = SamplingInstruments.Source.StartActivity(DdpmTelemetry.SampleActivity);
        if (activity is null) return new SamplingRun(samplerName, null);
        Activity.Current = around;
        activity.SetTag(DdpmTelemetry.SamplerTag, samplerName).SetTag(DdpmTelemetry.StepsTag, steps).SetTag(DdpmTelemetry.CountTag, count)
            .SetTag(DdpmTelemetry.BatchSizeTag, Math.Min(count, batchSize)).SetTag(DdpmTelemetry.ShapeTag, string.Join('x', shape));
        return new SamplingRun(samplerName, activity);
    }

    /// <summary>Returns the time at which a step begins; 0 where its duration is not recorded.</summary>
    public static long StepStarting() => SamplingInstruments.StepDuration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public void StepDone(long started, int finishedSamples)
    {
        if (started != 0) SamplingInstruments.StepDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, sampler);
        if (SamplingInstruments.Steps.Enabled) SamplingInstruments.Steps.Add(1, sampler);
        if (finishedSamples > 0 && SamplingInstruments.Samples.Enabled) SamplingInstruments.Samples.Add(finishedSamples, sampler);
    }

    public void Completed() => outcome = "completed";

    /// <summary>Notes an error that passes by, and lets it: for exception filters.</summary>
    public bool Failed(Exception exception)
    {
        outcome = "failed";
        activity?.SetTag("error.type", exception.GetType().FullName).SetStatus(ActivityStatusCode.Error, exception.Message);
        return false;
    }

    public void Dispose()
    {
        if (counted) SamplingInstruments.ActiveRuns.Add(-1, sampler);
        if (activity is null) return;
        activity.SetTag(DdpmTelemetry.OutcomeTag, outcome);
        Activity? around = Activity.Current;
        activity.Dispose();
        Activity.Current = around;
    }
}
