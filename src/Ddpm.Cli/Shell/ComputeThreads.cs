using System.Runtime.CompilerServices;
using TorchSharp;

namespace Ddpm.Cli.Shell;

/// <summary>The value of <c>--threads</c>: how many threads compute, in the kernels of this library and in libtorch alike.</summary>
/// <param name="loadTorch">Loads libtorch for what it is told, such as "ddpm train"; throws where there is none.</param>
internal sealed class ComputeThreads(Action<string> loadTorch)
{
    private int? before;

    /// <summary>The threads; null where the command line does not say how many.</summary>
    public int? Count { get; private set; }

    /// <summary>Loads libtorch, and sets its threads.</summary>
    public void LoadTorch(string purpose)
    {
        loadTorch(purpose);
        if (Count is { } threads) before ??= Set(threads);
    }

    /// <summary>Runs a command with a number of threads.</summary>
    public T Run<T>(int? threads, Func<T> run)
    {
        Count = threads;
        try
        {
            return run();
        }
        finally
        {
            // Libtorch has one number for the whole process, whose other commands may want another.
            if (before is { } restored) Set(restored);
            (Count, before) = (null, null);
        }
    }

    // Apart, so that nothing of libtorch is touched before it is loaded.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Set(int threads)
    {
        int old = torch.get_num_threads();
        torch.set_num_threads(threads);
        return old;
    }
}
