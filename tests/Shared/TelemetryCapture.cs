using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ddpm.Tests;

/// <summary>Listens to one source and one meter, as an exporter would.</summary>
internal sealed class TelemetryCapture : IDisposable
{
    private readonly ActivityListener activityListener;
    private readonly MeterListener meterListener = new();

    public TelemetryCapture(string source, string meter)
    {
        activityListener = new ActivityListener
        {
            ShouldListenTo = candidate => candidate.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Activities.Enqueue,
        };
        ActivitySource.AddActivityListener(activityListener);
        meterListener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == meter) listener.EnableMeasurementEvents(instrument);
        };
        meterListener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) => Measurements.Enqueue((instrument.Name, value, tags.ToArray())));
        meterListener.SetMeasurementEventCallback<double>(
            (instrument, value, tags, _) => Measurements.Enqueue((instrument.Name, value, tags.ToArray())));
        meterListener.Start();
    }

    public ConcurrentQueue<Activity> Activities { get; } = [];

    public ConcurrentQueue<(string Instrument, double Value, KeyValuePair<string, object?>[] Tags)> Measurements { get; } = [];

    public double[] Values(string instrument) =>
        [.. Measurements.Where(measurement => measurement.Instrument == instrument).Select(measurement => measurement.Value)];

    public void Dispose()
    {
        activityListener.Dispose();
        meterListener.Dispose();
    }
}
