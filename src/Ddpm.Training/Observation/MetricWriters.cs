namespace Ddpm.Training;

/// <summary>The writers of a log, of which rank 0's are used.</summary>
internal sealed class MetricWriters(IMetricWriter[] writers) : IDisposable
{
    private readonly IMetricWriter[] writers = [.. writers];

    /// <summary>Begins a run.</summary>
    public void Begin(long trainingStep)
    {
        foreach (IMetricWriter writer in writers) writer.Begin(trainingStep);
    }

    /// <summary>Writes a row.</summary>
    public void Write(long trainingStep, IReadOnlyList<KeyValuePair<string, double>> metrics)
    {
        foreach (IMetricWriter writer in writers) writer.Write(trainingStep, metrics);
    }

    public void Dispose()
    {
        foreach (IMetricWriter writer in writers) writer.Dispose();
    }
}
