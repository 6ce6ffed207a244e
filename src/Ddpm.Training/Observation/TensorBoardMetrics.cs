namespace Ddpm.Training;

/// <summary>
/// Writes metrics as an event file of TensorBoard: <c>tensorboard --logdir folder</c> shows them. A resumed run continues the file of the
/// run before. The time of an event is its step in seconds, so that the same run gives the same bytes: choose the horizontal axis "Step".
/// </summary>
public sealed class TensorBoardMetrics : IExclusiveWriter
{
    private readonly string path;
    private readonly RecordFile file;

    /// <summary>
    /// Creates a writer that opens the file in a folder at the next run: a new run starts the file, a resumed run continues it.
    /// </summary>
    /// <param name="folder">The folder; created if it does not exist.</param>
    public TensorBoardMetrics(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        path = Path.Combine(folder, "events.out.tfevents.ddpm");
        file = new RecordFile(path);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">A record is damaged; the file has not changed.</exception>
    public void Begin(long trainingStep)
    {
        long kept = 0;
        foreach ((long step, long end) in EventRecord.Read(file.Contents, path))
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

    /// <inheritdoc/>
    IDisposable IExclusiveWriter.Take() => file.Take();
}
