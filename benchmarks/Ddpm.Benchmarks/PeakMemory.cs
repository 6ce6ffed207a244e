using System.Globalization;

namespace Ddpm.Benchmarks;

/// <summary>How much memory a process held at most while it did something, native memory too. Linux only.</summary>
internal static class PeakMemory
{
    /// <summary>The peak of resident memory during an action beyond what was resident before, in bytes; null where the system does not tell.</summary>
    public static long? Of(Action action)
    {
        if (!OperatingSystem.IsLinux()) return null;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = Read("VmRSS:");
        // 5 resets the peak.
        File.WriteAllText("/proc/self/clear_refs", "5");
        action();
        return Read("VmHWM:") - before;
    }

    private static long Read(string field) =>
        1024 * long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
