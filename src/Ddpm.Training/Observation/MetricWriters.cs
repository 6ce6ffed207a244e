using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>The writers of a log, of which rank 0's are used.</summary>
internal sealed class MetricWriters(IMetricWriter[] writers) : IDisposable
{
    private readonly IMetricWriter[] writers = [.. writers];

    /// <summary>Takes the files of all writers for a run, or none; collective.</summary>
    /// <param name="ranks">The processes of the run, of which the first writes.</param>
    /// <returns>What releases the files when it is disposed.</returns>
    /// <exception cref="IOException">Another run has one of them.</exception>
    public IDisposable Take(ICommunicator ranks)
    {
        var taken = new Holdings();
        ranks.OnFirstRank(() => taken.Take(writers.OfType<IExclusiveWriter>().Select(writer => (Func<IDisposable>)writer.Take)));
        return taken;
    }

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
