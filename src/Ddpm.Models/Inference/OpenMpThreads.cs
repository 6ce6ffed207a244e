using System.Runtime.InteropServices;

namespace Ddpm.Models;

/// <summary>The threads of libtorch's operations that wait awake for the next one of the calling thread.</summary>
internal static unsafe class OpenMpThreads
{
    // Memory that belongs to the program is kept (omp_pause_soft).
    private const int SoftPause = 1;

    // Looked up in what libtorch was linked with: another OpenMP would know nothing of these threads.
    private static readonly nint PauseAddress = Find("omp_pause_resource_all");

    /// <summary>
    /// Ends them. After an operation they wait awake for some 10 ms, on cores that a plan computes on. The next operation that takes
    /// several threads makes new ones, which costs some 50 µs. Where there are none, or OpenMP is too old for it, the call does nothing.
    /// </summary>
    public static void ReleaseIdleThreads()
    {
        if (PauseAddress != 0) _ = ((delegate* unmanaged[Cdecl]<int, int>)PauseAddress)(SoftPause);
    }

    private static nint Find(string name)
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libtorch_cpu.so", out nint library)) return 0;
        return NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
    }
}
