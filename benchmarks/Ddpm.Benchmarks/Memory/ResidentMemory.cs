using System.Globalization;

namespace Ddpm.Benchmarks;

/// <summary>How much memory this process holds, native memory too. Linux only.</summary>
internal static class ResidentMemory
{
    /// <summary>Whether the system tells.</summary>
    public static bool IsKnown => OperatingSystem.IsLinux();

    /// <summary>What is resident now, in bytes, after a collection.</summary>
    public static long Now()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Read("VmRSS:");
    }

    /// <summary>The most that was resident since <see cref="ResetPeak"/>, in bytes.</summary>
    public static long Peak() => Read("VmHWM:");

    /// <summary>Begins a peak from what is resident now.</summary>
    public static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    /// <summary>The peak during an action beyond what was resident before, in bytes; null where the system does not tell.</summary>
    public static long? PeakOf(Action action)
    {
        if (!IsKnown) return null;
        long before = Now();
        ResetPeak();
        action();
        return Peak() - before;
    }

    private static long Read(string field) =>
        1024 * long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
