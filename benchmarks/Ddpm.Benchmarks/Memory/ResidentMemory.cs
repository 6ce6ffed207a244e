using System.Globalization;
using System.Runtime.InteropServices;

namespace Ddpm.Benchmarks;

/// <summary>How much memory this process holds, native memory too. Linux only.</summary>
internal static class ResidentMemory
{
    /// <summary>Whether the system tells.</summary>
    public static bool IsKnown => OperatingSystem.IsLinux();

    /// <summary>What is resident now, in bytes.</summary>
    public static long Now() => Read("VmRSS:");

    /// <summary>The same after a collection: managed garbage that waits for one is no growth.</summary>
    public static long WithoutGarbage()
    {
        GC.Collect();
        return Now();
    }

    /// <summary>The same after a collection, and after the C library has given back what it keeps of freed memory for later.</summary>
    public static unsafe long AfterCollection()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        if (NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "malloc_trim", out nint trim))
        {
            _ = ((delegate* unmanaged[Cdecl]<nuint, int>)trim)(0);
        }

        return Now();
    }

    /// <summary>The most that was resident since <see cref="ResetPeak"/>, in bytes.</summary>
    public static long Peak() => Read("VmHWM:");

    /// <summary>Begins a peak from what is resident now.</summary>
    public static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    /// <summary>The peak during an action beyond what was resident before, in bytes; null where the system does not tell.</summary>
    public static long? PeakOf(Action action)
    {
        if (!IsKnown) return null;
        long before = AfterCollection();
        ResetPeak();
        action();
        return Peak() - before;
    }

    private static long Read(string field) =>
        1024 * long.Parse(
            File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
}
