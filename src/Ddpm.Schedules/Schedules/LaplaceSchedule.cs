namespace Ddpm.Core;

/// <summary>
/// Makes the log signal-to-noise ratio follow a Laplace distribution, with most steps at medium noise (Hang and Gu 2024, arXiv:2407.03297);
/// with the constants and the square root of "laplace" in diffusers, and β_t capped.
/// </summary>
public sealed class LaplaceSchedule : IVarianceSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="timesteps">The number of timesteps T. Range: T ≥ 1.</param>
    /// <param name="betaMaximum">The cap on β. Range: 0 &lt; β &lt; 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public LaplaceSchedule(int timesteps = 1000, double betaMaximum = 0.999)
    {
        Timesteps = Require.AtLeast(timesteps, 1);
        BetaMaximum = Require.OpenUnitInterval(betaMaximum);
    }

    /// <inheritdoc/>
    public int Timesteps { get; }

    /// <summary>Gets the cap on β.</summary>
    public double BetaMaximum { get; }

    /// <inheritdoc/>
    public double Beta(int t) => Spacing.BetaOf(AlphaBar, Timesteps, Require.Timestep(t, Timesteps), BetaMaximum);

    private static double AlphaBar(double time)
    {
        // The inverse distribution function of the Laplace distribution; 1e-6 keeps the logarithm finite at both ends.
        double logRatio = -0.5 * Math.CopySign(1, 0.5 - time) * Math.Log(1 - 2 * Math.Abs(0.5 - time) + 1e-6);
        double ratio = Math.Exp(logRatio);
        return Math.Sqrt(ratio / (1 + ratio));
    }
}
