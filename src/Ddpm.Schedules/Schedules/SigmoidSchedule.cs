namespace Ddpm.Core;

/// <summary>
/// Increases β_t along a sigmoid over [-6, 6] between two bounds that it does not quite reach: GeoDiff (Xu et al. 2022, arXiv:2203.02923),
/// "sigmoid" of diffusers.
/// </summary>
public sealed class SigmoidSchedule : IVarianceSchedule, ISinglePrecisionSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="timesteps">The number of timesteps T. Range: T ≥ 1.</param>
    /// <param name="betaStart">The bound at the start. Range: 0 &lt; β &lt; 1.</param>
    /// <param name="betaEnd">The bound at the end. Range: 0 &lt; β &lt; 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public SigmoidSchedule(int timesteps = 1000, double betaStart = 1e-4, double betaEnd = 0.02)
    {
        Timesteps = Require.AtLeast(timesteps, 1);
        BetaStart = Require.OpenUnitInterval(betaStart);
        BetaEnd = Require.OpenUnitInterval(betaEnd);
    }

    /// <inheritdoc/>
    public int Timesteps { get; }

    /// <summary>Gets the bound at the start.</summary>
    public double BetaStart { get; }

    /// <summary>Gets the bound at the end.</summary>
    public double BetaEnd { get; }

    /// <inheritdoc/>
    public double Beta(int t)
    {
        double position = Spacing.Linear(-6, 6, Timesteps, Require.Timestep(t, Timesteps));
        return 1 / (1 + Math.Exp(-position)) * (BetaEnd - BetaStart) + BetaStart;
    }

    float[] ISinglePrecisionSchedule.SinglePrecisionBetas()
    {
        float range = (float)(BetaEnd - BetaStart), start = (float)BetaStart;
        return [.. SinglePrecision.Linspace(-6, 6, Timesteps).Select(position => 1 / (1 + MathF.Exp(-position)) * range + start)];
    }
}
