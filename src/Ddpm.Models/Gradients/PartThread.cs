using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A thread that does one thing after another beside its caller. Dispose it to end the thread; one that is lost ends when this is
/// collected.
/// </summary>
internal sealed class PartThread : IDisposable
{
    private readonly BlockingCollection<Task> queue = [];
    private readonly Thread thread;
    private DisposeScope? scope;

    public PartThread()
    {
        thread = new Thread(static queue => Loop((BlockingCollection<Task>)queue!)) { IsBackground = true, Name = "Ddpm part of a batch" };
        thread.Start(queue);
    }

    ~PartThread() => queue.CompleteAdding();

    /// <summary>Begins to do something, in a scope of tensors that lasts until <see cref="Release"/>.</summary>
    public Task Begin(Action action) => Enqueue(() =>
    {
        scope = NewDisposeScope();
        action();
    });

    /// <summary>Frees the tensors that the action made, on the thread that made them.</summary>
    public void Release() => Enqueue(() =>
    {
        scope?.Dispose();
        scope = null;
    });

    public void Dispose()
    {
        queue.CompleteAdding();
        thread.Join();
        queue.Dispose();
        GC.SuppressFinalize(this);
    }

    private static void Loop(BlockingCollection<Task> queue)
    {
        while (RunNext(queue))
        {
        }
    }

    // A method of its own: while the thread waits, nothing on its stack refers to what it did last, and so to this.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool RunNext(BlockingCollection<Task> queue)
    {
        if (!queue.TryTake(out Task? task, Timeout.Infinite)) return false;
        task.RunSynchronously();
        return true;
    }

    private Task Enqueue(Action action)
    {
        // Who goes on after it does so elsewhere.
        var task = new Task(action, TaskCreationOptions.RunContinuationsAsynchronously);
        queue.Add(task);
        return task;
    }
}
