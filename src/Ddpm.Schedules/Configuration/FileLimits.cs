namespace Ddpm.Core;

/// <summary>What files may hold at most, so that a number in one allocates nothing absurd.</summary>
internal static class FileLimits
{
    /// <summary>The most timesteps T of a process: 25 times the longest published process; its tables take 12 MB.</summary>
    public const int MostTimesteps = 100_000;
}
