using System.Diagnostics;
using System.Globalization;

namespace Ddpm.Distributed.Mpi;

/// <summary>
/// Watches the ranks from a thread of its own while they compute or wait for each other: every rank sends rank 0 its last call about once
/// a second, and rank 0 answers. A rank that is not heard of for some time is given up, by name; calls of one number that differ are too,
/// for the ranks would wait for each other for ever.
/// </summary>
internal sealed class RankWatch : IDisposable
{
    private const int Root = 0;
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromSeconds(1), FarewellLimit = TimeSpan.FromSeconds(5);

    private readonly RankCalls calls;
    private readonly IReadOnlyList<string> names;
    private readonly TimeSpan timeout;
    private readonly TimeSpan period;
    private readonly Action<string> giveUp;
    private readonly Mailbox[] peers;
    private readonly int rank;
    private readonly RankCall[] last;
    private readonly long[] heard;
    private readonly ManualResetEventSlim ending = new();
    private readonly Thread thread;

    /// <param name="mpi">The functions; MPI must allow calls from several threads at once.</param>
    /// <param name="communicator">The ranks, for these messages alone.</param>
    /// <param name="calls">The calls of this rank.</param>
    /// <param name="names">Each rank's name for errors.</param>
    /// <param name="timeout">How long a rank may be silent.</param>
    /// <param name="giveUp">Receives the reason to end the job, on the watch's thread.</param>
    public RankWatch(
        MpiFunctions mpi, nint communicator, RankCalls calls, IReadOnlyList<string> names, TimeSpan timeout, Action<string> giveUp)
    {
        this.calls = calls;
        this.names = names;
        this.timeout = timeout;
        this.giveUp = giveUp;
        period = TimeSpan.FromTicks(Math.Min(LongestPeriod.Ticks, timeout.Ticks / 4));
        rank = mpi.Rank(communicator);
        peers = rank == Root
            ? [.. Enumerable.Range(1, names.Count - 1).Select(peer => new Mailbox(mpi, communicator, peer))]
            : [new Mailbox(mpi, communicator, Root)];
        last = new RankCall[names.Count];
        heard = new long[names.Count];
        thread = new Thread(Watch) { IsBackground = true, Name = "Ddpm watch of ranks" };
        thread.Start();
    }

    /// <summary>Ends the watch. Call it on all ranks when all have made their last call.</summary>
    public void Dispose()
    {
        ending.Set();
        thread.Join();
        foreach (Mailbox peer in peers) peer.Dispose();
        ending.Dispose();
    }

    private void Watch()
    {
        try
        {
            Hear();
            long before = Stopwatch.GetTimestamp();
            while (!ending.Wait(period))
            {
                // A process that was stopped itself, or whose machine slept, cannot judge the others.
                if (Stopwatch.GetElapsedTime(before) > 2 * period + LongestPeriod) Hear();
                before = Stopwatch.GetTimestamp();
                foreach (Mailbox peer in peers) peer.TrySend(calls.Last);
                foreach (Mailbox peer in peers) Receive(peer);
                if (Silent() is { } silent) giveUp(silent);
                if (rank == Root && Disagreement() is { } disagreement) giveUp(disagreement);
            }

            Farewell();
        }
        catch (MpiException)
        {
            // The rank that computes meets the error too, and says so.
        }
    }

    // Counts from now for all ranks.
    private void Hear() => Array.Fill(heard, Stopwatch.GetTimestamp());

    private RankCall Receive(Mailbox peer)
    {
        while (peer.TryReceive() is { } call)
        {
            last[peer.Peer] = call;
            heard[peer.Peer] = Stopwatch.GetTimestamp();
        }

        return last[peer.Peer];
    }

    private string? Silent()
    {
        int[] silent = [.. peers.Select(peer => peer.Peer).Where(peer => Stopwatch.GetElapsedTime(heard[peer]) > timeout)];
        return silent.Length == 0
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{string.Join(", ", silent.Select(peer => names[peer]))} gave no sign of life for {timeout.TotalSeconds:0.#} s: stopped, "
                    + $"or out of reach.");
    }

    private string? Disagreement()
    {
        last[Root] = calls.Last;
        for (int i = 0; i < last.Length; i++)
        {
            // Compared with the first rank of the same number.
            int first = Array.FindIndex(last, call => call.Number == last[i].Number);
            if (last[i].Kind is CallKind.None or CallKind.Farewell || last[first] == last[i]) continue;
            bool isNow = (last[first].Kind, last[first].Bytes) != (last[i].Kind, last[i].Bytes);
            string what = isNow
                ? $"{names[first]} {last[first]}, {names[i]} {last[i]}"
                : $"{names[first]} and {names[i]} have made other calls before call {last[i].Number}";
            return $"the ranks disagree: {what}. All must make the same calls in the same order.";
        }

        return null;
    }

    // All messages are received before the communicator is freed.
    private void Farewell()
    {
        var farewell = new RankCall(0, CallKind.Farewell, 0, 0);
        long started = Stopwatch.GetTimestamp();
        var unsent = new HashSet<Mailbox>(peers);
        while (Stopwatch.GetElapsedTime(started) < FarewellLimit)
        {
            unsent.RemoveWhere(peer => peer.TrySend(farewell));
            bool isOver = unsent.Count == 0;
            foreach (Mailbox peer in peers) isOver &= Receive(peer).Kind == CallKind.Farewell && !peer.IsSending;
            if (isOver) return;
            Thread.Sleep(1);
        }
    }
}
