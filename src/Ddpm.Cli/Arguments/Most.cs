namespace Ddpm.Cli.Arguments;

/// <summary>The largest numbers that options take: what is larger is a slip of the keyboard, and would take all memory.</summary>
internal static class Most
{
    /// <summary>Images in a batch, a side of an image, threads, samples of a run, draws and subsets.</summary>
    public const int Batch = 1_000_000, Side = 65_536, Threads = 1_024, Samples = 100_000_000, Repetitions = 1_000_000;
}
