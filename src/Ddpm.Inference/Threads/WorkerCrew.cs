using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Ddpm.Inference;

/// <summary>
/// What the threads of a <see cref="WorkerTeam"/> share. They refer to this and not to the team, so that a team that nobody disposes can be
/// finalised.
/// </summary>
internal sealed class WorkerCrew : IDisposable
{
    /// <summary>Some 40 ns each: longer than a sampler takes between two predictions of a small network.</summary>
    public const int SpinsBeforeSleep = 5000;

    private readonly int spinsBeforeSleep;
    private readonly Thread[] workers;
    private readonly SemaphoreSlim wake = new(0);
    private Counters counters;
    private IWork? work;
    private Exception? failure;
    private volatile bool ended;
    private int sleepers;

    /// <param name="threads">How many work at once, the caller among them.</param>
    /// <param name="spins">How often a thread looks for work before it sleeps.</param>
    public WorkerCrew(int threads, int spins)
    {
        spinsBeforeSleep = spins;
        workers = [.. Enumerable.Range(1, threads - 1)
            .Select(index => new Thread(() => Loop(index)) { IsBackground = true, Name = $"Ddpm worker {index}" })];
        foreach (Thread worker in workers) worker.Start();
    }

    /// <summary>Gets how many work at once, the caller among them.</summary>
    public int Threads => workers.Length + 1;

    /// <summary>Does all parts of a work, and waits for them also where one fails.</summary>
    /// <exception cref="Exception">What the first part that failed threw.</exception>
    public void Run(IWork next)
    {
        int parts = next.Parts;
        if (parts == 1 || workers.Length == 0)
        {
            for (int part = 0; part < parts; part++) next.Execute(part, 0);
            return;
        }

        work = next;
        Volatile.Write(ref counters.Unfinished, parts);
        // Publishes both, and is before the question who sleeps.
        Interlocked.Exchange(ref counters.Unclaimed, parts);
        if (Volatile.Read(ref sleepers) > 0) wake.Release(Interlocked.Exchange(ref sleepers, 0));
        while (TryPart(0))
        {
        }

        for (int spins = 0; Volatile.Read(ref counters.Unfinished) > 0; spins++)
        {
            // A thread that has a part may have lost its core to another process.
            if (spins < SpinsBeforeSleep) Thread.SpinWait(1);
            else Thread.Yield();
        }

        work = null;
        if (failure is not { } exception) return;
        failure = null;
        ExceptionDispatchInfo.Throw(exception);
    }

    /// <summary>Tells the threads to end, without waiting for them.</summary>
    public void End()
    {
        if (ended) return;
        ended = true;
        wake.Release(Math.Max(1, workers.Length));
    }

    /// <summary>Ends the threads, and waits for them.</summary>
    public void Dispose()
    {
        End();
        foreach (Thread worker in workers) worker.Join();
        wake.Dispose();
    }

    private void Loop(int thread)
    {
        int spins = 0;
        while (!ended)
        {
            if (TryPart(thread))
            {
                spins = 0;
            }
            else if (spins++ < spinsBeforeSleep)
            {
                Thread.SpinWait(1);
            }
            else
            {
                spins = 0;
                Interlocked.Increment(ref sleepers);
                // Work or the end that came before the count was seen wakes nobody. Who is counted and does not sleep gets woken once for
                // nothing.
                if (Volatile.Read(ref counters.Unclaimed) == 0 && !ended) wake.Wait();
            }
        }
    }

    // Does the next part, if there is one. Who has claimed a part knows that the work stays until it is done.
    private bool TryPart(int thread)
    {
        int unclaimed = Volatile.Read(ref counters.Unclaimed);
        while (unclaimed > 0)
        {
            int seen = Interlocked.CompareExchange(ref counters.Unclaimed, unclaimed - 1, unclaimed);
            if (seen == unclaimed)
            {
                Execute(unclaimed - 1, thread);
                return true;
            }

            unclaimed = seen;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Execute(int part, int thread)
    {
        try
        {
            work!.Execute(part, thread);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref failure, exception, null);
        }

        Interlocked.Decrement(ref counters.Unfinished);
    }

    // A cache line each, and none shared with what threads only read.
    [StructLayout(LayoutKind.Explicit, Size = 320)]
    private struct Counters
    {
        [FieldOffset(128)]
        public int Unclaimed;

        [FieldOffset(192)]
        public int Unfinished;
    }
}
