using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Parts of a batch on a thread each, whose operations take one thread: small layers do not fill several, and what runs on one anyway, such as the fused norm, then runs on all. The calling thread takes the first
/// part. Dispose it to end the threads.
/// </summary>
internal sealed class BatchParts : IDisposable
{
    // Above this the layers of one image fill some threads by themselves: CIFAR-10's network has 12.4 GFLOP, an 8×8 one 0.03.
    private const double LargestWork = 2e9;

    // Sampling pays from here on; with parts of 2 images it is slower than with whole batches (docs/benchmarks.md).
    private const int LeastImages = 8;

    private readonly Worker[] workers;

    public BatchParts(int count) => workers = [.. Enumerable.Range(0, count - 1).Select(_ => new Worker())];

    /// <summary>How many parts run at once.</summary>
    public int Parts => workers.Length + 1;

    /// <summary>Into how many equal parts a batch is divided; 1 for not at all.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="workPerImage">Operations for each.</param>
    /// <param name="threads">The threads that operations would take.</param>
    public static int Count(long batch, double workPerImage, int threads)
    {
        if (workPerImage > LargestWork || !OpenMpThreads.IsAvailable) return 1;
        return Enumerable.Range(1, Math.Max(1, threads)).Last(count => batch % count == 0 && (count == 1 || batch / count >= LeastImages));
    }

    /// <summary>Runs all parts and waits for them, also where one fails: they use what the caller disposes.</summary>
    /// <param name="run">A part by its number. Tensors that it makes stay on its thread.</param>
    public void Run(Action<int> run)
    {
        for (int k = 0; k < workers.Length; k++)
        {
            int part = k + 1;
            workers[k].Start(() => run(part));
        }

        int threads = OpenMpThreads.Current;
        Exception? failure = null;
        try
        {
            OpenMpThreads.Current = 1;
            run(0);
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        finally
        {
            OpenMpThreads.Current = threads;
        }

        foreach (Worker worker in workers)
        {
            Exception? theirs = worker.Wait();
            failure ??= theirs;
        }

        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
    }

    public void Dispose()
    {
        foreach (Worker worker in workers) worker.Dispose();
    }

    private sealed class Worker : IDisposable
    {
        private readonly SemaphoreSlim begin = new(0), done = new(0);
        private readonly Thread thread;
        private Action? work;
        private Exception? failure;

        public Worker()
        {
            thread = new Thread(Loop) { IsBackground = true, Name = "Ddpm part of a batch" };
            thread.Start();
        }

        public void Start(Action action)
        {
            work = action;
            begin.Release();
        }

        /// <summary>What went wrong; null for nothing.</summary>
        public Exception? Wait()
        {
            done.Wait();
            return failure;
        }

        public void Dispose()
        {
            work = null;
            begin.Release();
            thread.Join();
            begin.Dispose();
            done.Dispose();
        }

        private void Loop()
        {
            OpenMpThreads.Current = 1;
            using var noGradient = no_grad();
            while (true)
            {
                begin.Wait();
                if (work is not { } action) return;
                failure = null;
                try
                {
                    action();
                }
                catch (Exception exception)
                {
                    failure = exception;
                }

                done.Release();
            }
        }
    }
}
