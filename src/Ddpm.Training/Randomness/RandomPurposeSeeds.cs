namespace Ddpm.Training;

/// <summary>Seeds of the streams of a run.</summary>
internal static class RandomPurposeSeeds
{
    /// <summary>Returns the seed of a purpose's stream: splitmix64 (Steele, Lea, Flood 2014) of the run's seed and the purpose.</summary>
    public static long Seed(this RandomPurpose purpose, long seed, long step = 0)
    {
        unchecked
        {
            return (long)Mix(Mix((ulong)seed + (ulong)purpose * 0x9E3779B97F4A7C15UL) + (ulong)step);
        }
    }

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            return value ^ (value >> 31);
        }
    }
}
