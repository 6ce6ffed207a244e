using System.Runtime.InteropServices;

namespace Ddpm.Distributed.Mpi;

/// <summary>
/// Exchanges calls with one other rank. One message is under way at a time, so that a rank that is stopped collects none.
/// </summary>
internal sealed unsafe class Mailbox : IDisposable
{
    private const int Bytes = RankCall.Numbers * sizeof(long);

    private readonly MpiFunctions mpi;
    private readonly nint communicator;
    private readonly long* outgoing;
    private nint request;
    private bool sending;

    /// <param name="mpi">The functions.</param>
    /// <param name="communicator">The ranks, for these messages alone.</param>
    /// <param name="peer">The other rank.</param>
    public Mailbox(MpiFunctions mpi, nint communicator, int peer)
    {
        this.mpi = mpi;
        this.communicator = communicator;
        Peer = peer;
        outgoing = (long*)NativeMemory.AllocZeroed(Bytes);
    }

    /// <summary>Gets the other rank.</summary>
    public int Peer { get; }

    /// <summary>Gets whether the message before is on its way still.</summary>
    public bool IsSending
    {
        get
        {
            if (sending) sending = !mpi.IsDone(ref request);
            return sending;
        }
    }

    /// <summary>Sends a call, unless the one before is on its way still.</summary>
    /// <returns>Whether it was sent.</returns>
    public bool TrySend(RankCall call)
    {
        if (IsSending) return false;
        call.Write(new Span<long>(outgoing, RankCall.Numbers));
        request = mpi.StartSending(outgoing, Bytes, Peer, communicator);
        sending = true;
        return true;
    }

    /// <summary>Gives the next call that has arrived; null where there is none.</summary>
    public RankCall? TryReceive()
    {
        if (!mpi.HasMessage(Peer, communicator)) return null;
        long* numbers = stackalloc long[RankCall.Numbers];
        mpi.Receive(numbers, Bytes, Peer, communicator);
        return RankCall.Read(new ReadOnlySpan<long>(numbers, RankCall.Numbers));
    }

    /// <summary>Frees the message, unless MPI may read it still.</summary>
    public void Dispose()
    {
        if (!sending) NativeMemory.Free(outgoing);
    }
}
