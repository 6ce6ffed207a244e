namespace Ddpm.Core;

/// <summary>How much of an example noise replaces: the share of a process's steps that a run takes.</summary>
internal static class Strength
{
    /// <summary>The share itself, where it is one.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="strength"/> is out of range.</exception>
    public static double Require(double strength) => strength is > 0 and <= 1
        ? strength
        : throw new ArgumentOutOfRangeException(nameof(strength), strength,
            $"strength must be greater than 0 and at most 1, but is {strength}.");

    /// <summary>The steps of a run, at least one.</summary>
    public static int StepsOf(double strength, int timesteps) => Math.Clamp((int)Math.Round(strength * timesteps), 1, timesteps);
}
