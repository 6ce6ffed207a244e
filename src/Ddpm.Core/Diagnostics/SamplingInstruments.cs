using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ddpm.Core;

/// <summary>What <see cref="DdpmTelemetry"/> names.</summary>
internal static class SamplingInstruments
{
    private static readonly Meter Meter = new(DdpmTelemetry.SamplingMeter);

    public static ActivitySource Source { get; } = new(DdpmTelemetry.SamplingSource);

    public static Counter<long> Steps { get; } = Meter.CreateCounter<long>(
        DdpmTelemetry.SamplingSteps, "{step}", "Steps done, which are calls of the network.");

    public static Counter<long> Samples { get; } = Meter.CreateCounter<long>(
        DdpmTelemetry.SamplingSamples, "{sample}", "Samples finished.");

    // The usual buckets are made for milliseconds: these span a small network's step on a GPU to a large one's on a CPU.
    public static Histogram<double> StepDuration { get; } = Meter.CreateHistogram(
        DdpmTelemetry.SamplingStepDuration, "s", "The time of one step of one batch.", null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
        });

    public static UpDownCounter<long> ActiveRuns { get; } = Meter.CreateUpDownCounter<long>(
        DdpmTelemetry.SamplingActiveRuns, "{run}", "Runs that have begun and not ended.");
}
