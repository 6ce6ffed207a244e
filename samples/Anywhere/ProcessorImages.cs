using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ddpm.Samples;

/// <summary>
/// Chooses the vectors of a program that was compiled ahead of time. The compiler has one set of instructions for a whole program: without
/// a choice 128-bit vectors, which every x64 processor has. So the program lies there once more for 256 bits, as Anywhere.x86-64-v3, and
/// perhaps for 512, as Anywhere.x86-64-v4, and goes on as the best that the processor runs. ARM64 needs none of this: its vectors have 128
/// bits.
/// </summary>
internal static partial class ProcessorImages
{
    /// <summary>Continues as a program beside this one for wider vectors, if there is one that the processor runs.</summary>
    /// <param name="args">The command line.</param>
    /// <remarks>Returns where this program is the best. Nothing has been started before, so that the process can be replaced.</remarks>
    public static void ContinueAsBest(string[] args)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return;
        // A program that has vectors of 256 bits was chosen already, or is compiled as it runs.
        if (Vector256.IsHardwareAccelerated || Environment.ProcessPath is not { } path) return;
        foreach (string level in Levels(FirstProcessor()))
        {
            string better = $"{path}.{level}";
            if (File.Exists(better)) Replace(better, args);
        }
    }

    /// <summary>The levels of x86-64 beyond the first whose vectors a processor has, the best first.</summary>
    /// <param name="description">/proc/cpuinfo, in which the system lists what processor and system know.</param>
    internal static IEnumerable<string> Levels(string description)
    {
        int start = description.IndexOf("flags", StringComparison.Ordinal);
        if (start < 0) yield break;
        int end = description.IndexOf('\n', start);
        HashSet<string> flags = [.. description[start..(end < 0 ? description.Length : end)].Split(' ', '\t', ':')];
        string[] v3 = ["avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"];
        string[] v4 = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"];
        if (!v3.All(flags.Contains)) yield break;
        if (v4.All(flags.Contains)) yield return "x86-64-v4";
        yield return "x86-64-v3";
    }

    // Machines have up to hundreds of processors, each described in some 2 KB.
    private static string FirstProcessor()
    {
        if (!File.Exists("/proc/cpuinfo")) return "";
        var text = new char[1 << 14];
        using var reader = new StreamReader("/proc/cpuinfo");
        return new string(text, 0, reader.ReadBlock(text));
    }

    // Returns where the system refuses; then this program goes on.
    private static void Replace(string path, string[] args)
    {
        string?[] arguments = [path, .. args, null];
        _ = Execute(path, arguments);
    }

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments);
}
