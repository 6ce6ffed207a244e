using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// How many threads libtorch's operations take that are called on this thread, and on no other: OpenMP's own setting. <see cref="set_num_threads"/> would also be the default of threads that begin later. It is
/// looked up among what libtorch was linked with, for another OpenMP would not do.
/// </summary>
internal static unsafe class OpenMpThreads
{
    private static readonly nint SetAddress = Find("omp_set_num_threads"), GetAddress = Find("omp_get_max_threads");

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

    private static nint Find(string name) =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libtorch_cpu.so", out nint library) && NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
}
