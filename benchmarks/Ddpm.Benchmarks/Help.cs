namespace Ddpm.Benchmarks;

/// <summary>The text that the program writes without arguments.</summary>
internal static class Help
{
    /// <summary>Writes it.</summary>
    public static void Write()
    {
        Console.WriteLine("""
            Benchmarks of Ddpm.NET. dotnet run -c Release --project benchmarks/Ddpm.Benchmarks -- …

              --filter PATTERN       benchmarks by name, '*' for all: SamplerThroughput, SamplerOverhead, UNetForward, TrainingStep,
                                     Kernels, Safetensors, FrechetDistance
              --list flat            their full names; all else that BenchmarkDotNet takes may follow too
              --quick                before any of these: measures little, to see that it runs; alone: everything

            Tables that BenchmarkDotNet has no form for:
            """);
        foreach (Mode mode in Mode.All) Console.WriteLine($"  {mode.Option,-10} {mode.Help}");
        Console.WriteLine($"""

            {ModeArguments.ThreadsOption} N after any of these computes with N threads; DOTNET_EnableAVX512=0 in the
            environment makes plans with vectors of 256 bits.
            CASE is a network and a batch, or sampling or training with one, in quotes: {string.Join("; ", NetworkCase.Names)}.
            Absolute times mean little on a machine that others use; ratios within one run hold.
            """);
    }
}
