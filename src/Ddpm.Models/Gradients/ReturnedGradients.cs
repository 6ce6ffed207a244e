using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// What backward passes have returned. Libtorch reads it after the return, on the thread of the pass: it lives until that thread's next
/// call, or until another thread's once that thread has ended. For one thread at a time.
/// </summary>
internal sealed class ReturnedGradients
{
    private readonly Dictionary<Thread, Tensor?[]> tensors = [];

    /// <summary>Keeps what a pass returns.</summary>
    public Tensor?[] Keep(Tensor?[] returned) => tensors[Thread.CurrentThread] = returned;

    /// <summary>Frees what passes of this thread, and of those that have ended, have returned.</summary>
    public void Free() => Free(thread => thread == Thread.CurrentThread || !thread.IsAlive);

    /// <summary>Frees all. No pass may be under way.</summary>
    public void FreeAll() => Free(_ => true);

    private void Free(Predicate<Thread> isDone)
    {
        foreach (Thread thread in tensors.Keys.Where(thread => isDone(thread)).ToArray())
        {
            foreach (Tensor? tensor in tensors[thread]) tensor?.Dispose();
            tensors.Remove(thread);
        }
    }
}
