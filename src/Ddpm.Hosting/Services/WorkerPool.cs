using Microsoft.Extensions.Logging;

namespace Ddpm.Hosting;

/// <summary>The workers by their names; each begins with its first run.</summary>
internal sealed class WorkerPool(ILogger logger) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, RunWorker> workers = new(StringComparer.Ordinal);

    /// <summary>Gets the workers that there are.</summary>
    public IReadOnlyList<RunWorker> All
    {
        get
        {
            lock (gate) return [.. workers.Values];
        }
    }

    /// <summary>Gets whether no more runs are taken.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Returns a worker.</summary>
    public RunWorker Of(string name)
    {
        lock (gate)
        {
            if (IsStopped) throw new ModelUnavailableException("The host stops, and takes no more requests.");
            if (!workers.TryGetValue(name, out RunWorker? worker)) workers[name] = worker = new RunWorker(name, logger);
            return worker;
        }
    }

    /// <summary>Ends all runs and takes no more.</summary>
    public void Stop(string reason)
    {
        lock (gate) IsStopped = true;
        foreach (RunWorker worker in All) worker.Stop(reason);
    }

    public void Dispose()
    {
        Stop("The host stopped.");
        foreach (RunWorker worker in All) worker.Dispose();
    }
}
