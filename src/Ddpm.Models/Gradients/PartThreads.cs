namespace Ddpm.Models;

/// <summary>
/// The threads that compute the parts of a batch at once, each with kernels of its own and with its share of libtorch's threads: between
/// two layers none waits for another.
/// </summary>
internal sealed class PartThreads : IDisposable
{
    private readonly PartThread[] others;
    private readonly TrainingKernels[] kernels;
    private readonly int threadsEach;

    /// <param name="parts">How many parts a batch has. One alone has all threads.</param>
    /// <param name="threads">How many threads compute, those of the parts' layers among them.</param>
    public PartThreads(int parts, int threads)
    {
        // Where libtorch's threads cannot be shared out, the caller computes part after part with all of them: the sums are the same.
        int atOnce = OpenMpThreads.CanLimit ? Math.Min(parts, threads) : 1;
        Parts = parts;
        Threads = threads;
        threadsEach = threads / atOnce;
        others = [.. Enumerable.Range(1, atOnce - 1).Select(_ => new PartThread())];
        kernels = [.. Enumerable.Range(0, atOnce).Select(_ => TrainingKernels.Create(VectorWidth.Best, threadsEach))];
    }

    public int Parts { get; }

    public int Threads { get; }

    /// <summary>
    /// Computes all parts, and waits for them also where one fails. What other threads made lives until <see cref="Release"/>.
    /// </summary>
    /// <returns>What was computed of each part.</returns>
    /// <exception cref="Exception">What the first part that failed threw.</exception>
    public T[] Run<T>(IReadOnlyList<GradientPart> parts, Func<GradientPart, T> compute)
    {
        var results = new T[parts.Count];
        if (Threads > 1) OpenMpThreads.ReleaseIdleThreads();
        void Share(int thread)
        {
            using OpenMpThreads.Limit limit = OpenMpThreads.LimitTo(threadsEach);
            for (int part = thread; part < parts.Count; part += kernels.Length)
            {
                parts[part].Kernels = kernels[thread];
                results[part] = compute(parts[part]);
            }
        }

        Task[] shares = [.. others.Select((other, i) => other.Begin(() => Share(i + 1))), new Task(() => Share(0))];
        shares[^1].RunSynchronously();
        foreach (Task share in shares) share.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        foreach (Task share in shares) share.GetAwaiter().GetResult();
        return results;
    }

    /// <summary>Frees the tensors that other threads made.</summary>
    public void Release()
    {
        foreach (PartThread other in others) other.Release();
    }

    public void Dispose()
    {
        foreach (PartThread other in others) other.Dispose();
        foreach (TrainingKernels each in kernels) each.Dispose();
    }
}
