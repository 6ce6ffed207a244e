using System.Runtime.InteropServices;

namespace Ddpm.Models;

/// <summary>The threads of libtorch's operations that wait awake for the next one of the calling thread.</summary>
internal static unsafe class OpenMpThreads
{
    // Memory that belongs to the program is kept (omp_pause_soft).
    private const int SoftPause = 1;

    // Looked up in what libtorch was linked with: another OpenMP would know nothing of these threads.
    private static readonly nint PauseAddress = Find("omp_pause_resource_all"), LimitAddress = Find("omp_set_num_threads"),
        MklLimitAddress = Find("MKL_Set_Num_Threads_Local");

    /// <summary>Gets whether each thread can have a number of its own of threads for its operations.</summary>
    public static bool CanLimit => LimitAddress != 0 && MklLimitAddress != 0;

    /// <summary>
    /// Ends them. After an operation they wait awake for some 10 ms, on cores that a plan computes on. The next operation that takes
    /// several threads makes new ones, which costs some 50 µs. Where there are none, or OpenMP is too old for it, the call does nothing.
    /// </summary>
    public static void ReleaseIdleThreads()
    {
        if (PauseAddress != 0) _ = ((delegate* unmanaged[Cdecl]<int, int>)PauseAddress)(SoftPause);
    }

    /// <summary>
    /// Sets how many threads take part in the operations of the calling thread, until disposal; other than
    /// <see cref="TorchSharp.torch.set_num_threads"/>, which sets it for threads to come too. Does nothing where none can have its own.
    /// </summary>
    public static Limit LimitTo(int threads)
    {
        if (!CanLimit) return default;
        // Asked first, because it sets the thread's number where the thread has none.
        int before = TorchSharp.torch.get_num_threads();
        SetThreads(threads);
        return new Limit(before, SetMklThreads(threads));
    }

    private static void SetThreads(int threads) => ((delegate* unmanaged[Cdecl]<int, void>)LimitAddress)(threads);

    // Returns the number before; 0 for that of all threads.
    private static int SetMklThreads(int threads) => ((delegate* unmanaged[Cdecl]<int, int>)MklLimitAddress)(threads);

    private static nint Find(string name)
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libtorch_cpu.so", out nint library)) return 0;
        return NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
    }

    /// <summary>The numbers of a thread's threads before a limit, for which 0 is no limit.</summary>
    public readonly ref struct Limit(int threads, int mklThreads)
    {
        public void Dispose()
        {
            if (threads == 0) return;
            SetThreads(threads);
            SetMklThreads(mklThreads);
        }
    }
}
