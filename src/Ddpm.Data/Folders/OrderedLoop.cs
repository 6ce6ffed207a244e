using System.Runtime.ExceptionServices;

namespace Ddpm.Data.Folders;

/// <summary>
/// A loop on several threads that fails as one thread would: with the first failure in order, whichever came first in time.
/// </summary>
internal static class OrderedLoop
{
    /// <summary>Runs a body for 0 … count - 1.</summary>
    /// <param name="count">How many times.</param>
    /// <param name="workers">How many threads at most. Range: ≥ 1.</param>
    /// <param name="body">Receives the index.</param>
    /// <param name="stop">Ends the loop.</param>
    /// <exception cref="OperationCanceledException">The loop was cancelled.</exception>
    public static void Run(int count, int workers, Action<int> body, CancellationToken stop)
    {
        var failures = new SortedDictionary<int, ExceptionDispatchInfo>();
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = stop }, (index, loop) =>
        {
            try
            {
                body(index);
            }
#pragma warning disable CA1031 // It is thrown again below.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                lock (failures) failures[index] = ExceptionDispatchInfo.Capture(exception);
                // All before this one are still run.
                loop.Break();
            }
        });
        if (failures.Count > 0) failures.First().Value.Throw();
    }
}
