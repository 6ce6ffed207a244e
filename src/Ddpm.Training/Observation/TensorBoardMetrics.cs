namespace Ddpm.Training;

/// <summary>
/// Metrics as an event file of TensorBoard: <c>tensorboard --logdir folder</c> shows them. A resumed run continues the file of the run
/// before. The time of an event is its step in seconds, so that the same run gives the same bytes: choose the horizontal axis "Step".
/// </summary>
public sealed class TensorBoardMetrics : IMetricWriter
{
    private readonly RecordFile file;

    /// <summary>Opens the file in a folder at the next run: a new run begins it, a resumed run continues it.</summary>
    /// <param name="folder">The folder; created where it does not exist.</param>
    public TensorBoardMetrics(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        file = new RecordFile(Path.Combine(folder, "events.out.tfevents.ddpm"));
    }

    /// <inheritdoc/>
    public void Begin(long trainingStep)
    {
        long kept = 0;
        foreach ((long step, long end) in EventRecord.Read(file.Contents))
        {
            if (step > trainingStep) break;
            kept = end;
        }

        file.Open(kept);
        if (kept == 0) file.Add(EventRecord.Version());
    }

    /// <inheritdoc/>
    public void Write(long trainingStep, IReadOnlyList<KeyValuePair<string, double>> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        IEnumerable<KeyValuePair<string, double>> numbers = metrics.Where(metric => !double.IsNaN(metric.Value));
        file.Add([.. numbers.SelectMany(metric => EventRecord.Scalar(trainingStep, metric.Key, (float)metric.Value))]);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();
}
