using System.Collections.Concurrent;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Tests;

/// <summary>
/// Ranks that are threads of this process: what is built on an <see cref="ICommunicator"/> can be tested without MPI. Sums are made in the
/// order of the ranks.
/// </summary>
internal sealed class ThreadRanks : IDisposable
{
    private readonly Barrier barrier;
    private readonly CancellationTokenSource failed = new();
    private readonly object?[] slots;

    private ThreadRanks(int size)
    {
        barrier = new Barrier(size);
        slots = new object?[size];
    }

    /// <summary>Runs something on several ranks.</summary>
    /// <returns>What each gave.</returns>
    /// <exception cref="AggregateException">What each threw.</exception>
    public static T[] Run<T>(int size, Func<ICommunicator, T> job)
    {
        using var ranks = new ThreadRanks(size);
        var results = new T[size];
        var errors = new ConcurrentQueue<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = job(new Member(ranks, rank));
            }
            catch (Exception exception)
            {
                errors.Enqueue(exception);
                ranks.failed.Cancel();
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return errors.IsEmpty ? results : throw new AggregateException(errors);
    }

    public void Dispose()
    {
        barrier.Dispose();
        failed.Dispose();
    }

    // What each rank brought, when all have; the second wait keeps a fast rank from overwriting it.
    private T[] Exchange<T>(int rank, T own)
    {
        slots[rank] = own;
        barrier.SignalAndWait(failed.Token);
        T[] all = [.. slots.Select(slot => (T)slot!)];
        barrier.SignalAndWait(failed.Token);
        return all;
    }

    private sealed class Member(ThreadRanks ranks, int rank) : ICommunicator
    {
        public int Rank => rank;

        public int WorldSize => ranks.slots.Length;

        public int LocalRank => rank;

        public void SumInPlace(Tensor tensor)
        {
            Collective.RequireSummable(tensor);
            Combine(tensor, all => all.Skip(1).Aggregate(all[0].clone(), (sum, next) => sum + next));
        }

        public void AverageInPlace(Tensor tensor)
        {
            Collective.RequireAverageable(tensor);
            Combine(tensor, all => all.Skip(1).Aggregate(all[0].clone(), (sum, next) => sum + next) / WorldSize);
        }

        public void BroadcastInPlace(Tensor tensor, int root = 0)
        {
            Collective.RequireRoot(root, WorldSize);
            Combine(tensor, all => all[root]);
        }

        public byte[][] AllGather(ReadOnlySpan<byte> bytes) => ranks.Exchange(rank, bytes.ToArray());

        public void Barrier() => ranks.Exchange(rank, 0);

        public void Fail(Exception reason)
        {
        }

        public void Dispose()
        {
        }

        private void Combine(Tensor tensor, Func<Tensor[], Tensor> combine)
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            Tensor own = tensor.detach();
            Tensor[] all = ranks.Exchange(rank, own.clone());
            own.copy_(combine(all));
            ranks.Exchange(rank, 0);
        }
    }
}
