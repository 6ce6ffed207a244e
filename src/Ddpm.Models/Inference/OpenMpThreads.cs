using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// The threads that libtorch's operations take which are called on this thread, and on no other: how many they are, OpenMP's own setting, and that they rest. <see cref="set_num_threads"/> would also be the default of threads that begin later. It is
/// looked up among what libtorch was linked with, for another OpenMP would not do.
/// </summary>
internal static unsafe class OpenMpThreads
{
    private static readonly nint SetAddress = Find("omp_set_num_threads"), GetAddress = Find("omp_get_max_threads"), PauseAddress = Find("omp_pause_resource_all");

    // Memory that belongs to the program is kept (omp_pause_soft).
    private const int SoftPause = 1;

    /// <summary>Whether the setting is to be had.</summary>
    public static bool IsAvailable => SetAddress != 0 && GetAddress != 0;

    /// <summary>The setting of this thread.</summary>
    public static int Current
    {
        get
        {
            // libtorch gives each thread its default at the first question, over what was set before.
            _ = get_num_threads();
            return ((delegate* unmanaged[Cdecl]<int>)GetAddress)();
        }

        set
        {
            _ = get_num_threads();
            ((delegate* unmanaged[Cdecl]<int, void>)SetAddress)(value);
        }
    }

    /// <summary>
    /// Ends the threads that wait for the next operation of this thread. After an operation they wait awake for some 10 ms, on cores that others would use. The next operation that takes several makes new ones, which
    /// costs some 50 µs; where there are none this costs nothing, and where OpenMP is too old for it, it does nothing.
    /// </summary>
    public static void Rest()
    {
        if (PauseAddress != 0) _ = ((delegate* unmanaged[Cdecl]<int, int>)PauseAddress)(SoftPause);
    }

    private static nint Find(string name) =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libtorch_cpu.so", out nint library) && NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
}
