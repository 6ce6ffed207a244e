using System.Runtime.InteropServices;

namespace Ddpm.Benchmarks;

/// <summary>The processor, as tables name it.</summary>
internal static class Processor
{
    private const string Information = "/proc/cpuinfo";

    /// <summary>Its model, or its architecture where the system does not tell.</summary>
    public static string Name { get; } = (File.Exists(Information) ? File.ReadLines(Information) : [])
        .Where(line => line.StartsWith("model name", StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
        .FirstOrDefault(RuntimeInformation.ProcessArchitecture.ToString());
}
