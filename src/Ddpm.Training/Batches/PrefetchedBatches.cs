using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// Reads batches ahead on background threads while the network trains. A batch is a function of its number, so a run with reading ahead
/// equals the run without bit for bit, and may be resumed with either. Dispose it to end the reading; the caller keeps the source.
/// </summary>
public sealed class PrefetchedBatches : IBatchSource, IDisposable
{
    private readonly IBatchSource source;
    private readonly TaskScheduler scheduler;
    private readonly SortedDictionary<long, Task<TrainingBatch>> pending = [];
    private Task discarded = Task.CompletedTask;
    private (int First, int Count)? part;
    private bool disposed;

    /// <summary>Creates a reader that starts with the first requested batch.</summary>
    /// <param name="source">The source of the batches.</param>
    /// <param name="ahead">How many batches are kept ready besides the one in use; each costs its size in memory. Range: ≥ 1.</param>
    /// <param name="workers">How many threads read. Range: ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public PrefetchedBatches(IBatchSource source, int ahead = 2, int workers = 1)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(ahead, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        TorchRuntime.EnsureLoaded();
        this.source = source;
        Ahead = ahead;
        Workers = workers;
        scheduler = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, workers).ConcurrentScheduler;
    }

    /// <summary>Gets how many batches are kept ready.</summary>
    public int Ahead { get; }

    /// <summary>Gets how many threads read.</summary>
    public int Workers { get; }

    /// <summary>
    /// Gets whether the threads that read also copy batches into page-locked memory, from which a CUDA device takes them while it computes.
    /// Default: false. True needs a CUDA device, and changes no bit.
    /// </summary>
    /// <exception cref="ArgumentException">It is true, but no CUDA device can be used here.</exception>
    public bool Pinned
    {
        get;
        init => field = !value || TorchRuntime.IsCudaAvailable()
            ? value
            : throw new ArgumentException($"{nameof(Pinned)} is true, but no CUDA device can be used here.", nameof(value));
    }

    /// <inheritdoc/>
    public int BatchSize => source.BatchSize;

    /// <summary>Gets the identity of the source: reading ahead changes nothing.</summary>
    public string Identity => source.Identity;

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The reader has been disposed.</exception>
    public TrainingBatch Batch(long number) => Read(number, null);

    /// <summary>Reads some of the examples of a batch, and reads the same part of the following batches ahead.</summary>
    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The reader has been disposed.</exception>
    public TrainingBatch Part(long number, int first, int count) => Read(number, (first, count));

    /// <summary>Waits for reads in progress, and frees the batches that were not used.</summary>
    public void Dispose()
    {
        Task left;
        lock (pending)
        {
            disposed = true;
            foreach (long number in pending.Keys.ToArray()) Discard(number);
            left = discarded;
        }

        left.Wait();
    }

    private TrainingBatch Read(long number, (int First, int Count)? asked)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        Task<TrainingBatch> wanted;
        lock (pending)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            // After a jump what was read for elsewhere is of no use, nor are other examples.
            foreach (long other in pending.Keys.Where(key => key < number || key > number + Ahead || asked != part).ToArray())
            {
                Discard(other);
            }

            part = asked;
            for (long next = number; next <= number + Ahead; next++)
            {
                long ahead = next;
                if (!pending.ContainsKey(ahead))
                {
                    pending[ahead] = Task.Factory.StartNew(
                        () => Load(ahead, asked),
                        CancellationToken.None,
                        TaskCreationOptions.None,
                        scheduler);
                }
            }

            wanted = pending[number];
            pending.Remove(number);
        }

        return wanted.GetAwaiter().GetResult();
    }

    private TrainingBatch Load(long number, (int First, int Count)? asked)
    {
        TrainingBatch batch = asked is { } some ? source.Part(number, some.First, some.Count) : source.Batch(number);
        if (!Pinned) return batch;
        using (batch) return batch.Pin();
    }

    // The result is no longer wanted: a batch is freed, a failure is forgotten.
    private void Discard(long number)
    {
        Task<TrainingBatch> task = pending[number];
        pending.Remove(number);
        Task freed = task.ContinueWith(
            done =>
            {
                if (done.IsCompletedSuccessfully) done.Result.Dispose();
                else _ = done.Exception;
            },
            TaskScheduler.Default);
        discarded = Task.WhenAll(discarded, freed);
    }
}
