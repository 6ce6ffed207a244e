namespace Ddpm.Inference;

/// <summary>
/// Threads that do the parts of one <see cref="IWork"/> after another together with the caller. A prediction is some hundred works of some
/// microseconds each, so threads wait awake for the next one a while before they sleep, and nothing is allocated. One caller at a time;
/// dispose it to end the threads. A team that is lost undisposed, as in an enumerator that is not read to its end, ends them when it is
/// collected.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    private readonly WorkerCrew crew;
    private bool disposed;

    /// <param name="threads">How many work at once, the caller among them.</param>
    /// <param name="spins">How often a thread looks for work before it sleeps, some 40 ns each.</param>
    public WorkerTeam(int threads, int spins = WorkerCrew.SpinsBeforeSleep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        crew = new WorkerCrew(threads, spins);
    }

    ~WorkerTeam() => crew?.End();

    /// <summary>Gets how many work at once, the caller among them.</summary>
    public int Threads => crew.Threads;

    /// <summary>Does all parts of a work, and waits for them also where one fails.</summary>
    /// <exception cref="Exception">What the first part that failed threw.</exception>
    public void Run(IWork next)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        crew.Run(next);
        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        crew.Dispose();
        GC.SuppressFinalize(this);
    }
}
