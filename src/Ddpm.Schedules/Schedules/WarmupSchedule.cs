namespace Ddpm.Core;

/// <summary>
/// Increases β_t linearly over the first part of the steps and keeps it constant from there: "warmup10" and "warmup50" of Ho et al.'s code,
/// with parts of 10 % and 50 %.
/// </summary>
public sealed class WarmupSchedule : IVarianceSchedule
{
    private readonly int warmupSteps;

    /// <summary>Creates the schedule.</summary>
    /// <param name="timesteps">The number of timesteps T. Range: T ≥ 1.</param>
    /// <param name="fraction">
    /// The part of the steps in which β grows; the number of those steps is rounded down. Range: 0 ≤ fraction ≤ 1.
    /// </param>
    /// <param name="betaStart">β_0. Range: 0 &lt; β_0 &lt; 1.</param>
    /// <param name="betaEnd">β after the growth. Range: 0 &lt; β &lt; 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public WarmupSchedule(int timesteps = 1000, double fraction = 0.1, double betaStart = 1e-4, double betaEnd = 0.02)
    {
        Timesteps = Require.AtLeast(timesteps, 1);
        Fraction = Require.UnitInterval(fraction);
        BetaStart = Require.OpenUnitInterval(betaStart);
        BetaEnd = Require.OpenUnitInterval(betaEnd);
        warmupSteps = (int)(timesteps * fraction);
    }

    /// <inheritdoc/>
    public int Timesteps { get; }

    /// <summary>Gets the part of the steps in which β grows.</summary>
    public double Fraction { get; }

    /// <summary>Gets β_0, the first variance, unless no step lies in the growing part.</summary>
    public double BetaStart { get; }

    /// <summary>Gets the variance after the growth.</summary>
    public double BetaEnd { get; }

    /// <inheritdoc/>
    public double Beta(int t) => Require.Timestep(t, Timesteps) < warmupSteps ? Spacing.Linear(BetaStart, BetaEnd, warmupSteps, t)
        : BetaEnd;
}
