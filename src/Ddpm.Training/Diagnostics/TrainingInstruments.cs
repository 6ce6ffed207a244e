using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ddpm.Training;

/// <summary>What <see cref="TrainingTelemetry"/> names.</summary>
internal static class TrainingInstruments
{
    private static readonly Meter Meter = new(TrainingTelemetry.TrainingMeter);

    public static ActivitySource Source { get; } = new(TrainingTelemetry.TrainingSource);

    public static Counter<long> Steps { get; } = Meter.CreateCounter<long>(TrainingTelemetry.TrainingSteps, "{step}", "Steps done.");

    public static Counter<long> Examples { get; } = Meter.CreateCounter<long>(
        TrainingTelemetry.TrainingExamples, "{example}", "Examples trained on.");

    // The usual buckets are made for milliseconds: these span a small network's step on a GPU to a large one's on a CPU.
    public static Histogram<double> StepDuration { get; } = Meter.CreateHistogram(
        TrainingTelemetry.TrainingStepDuration, "s", "The time of a step with its batch, without hooks.", null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60],
        });

    public static Gauge<double> Loss { get; } = Meter.CreateGauge<double>(
        TrainingTelemetry.TrainingLoss, null, "The mean loss of the last step's batch.");
}
