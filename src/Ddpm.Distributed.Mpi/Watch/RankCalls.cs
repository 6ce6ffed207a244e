namespace Ddpm.Distributed.Mpi;

/// <summary>Counts the collective calls of this rank, for its watch to read from another thread.</summary>
internal sealed class RankCalls
{
    private readonly Lock access = new();
    private RankCall last;

    /// <summary>Gets the last call.</summary>
    public RankCall Last
    {
        get
        {
            lock (access) return last;
        }
    }

    /// <summary>Notes a call before it is made.</summary>
    public void Make(CallKind kind, long bytes = 0)
    {
        lock (access) last = last.Next(kind, bytes);
    }
}
