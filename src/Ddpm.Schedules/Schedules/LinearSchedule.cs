namespace Ddpm.Core;

/// <summary>
/// Increases β_t linearly from <see cref="BetaStart"/> to <see cref="BetaEnd"/>: the schedule of Ho et al. 2020 (arXiv:2006.11239, sec. 4),
/// T = 1000, 1e-4 … 0.02.
/// </summary>
public sealed class LinearSchedule : IVarianceSchedule, ISinglePrecisionSchedule
{
    /// <summary>The least T of <see cref="Scaled"/>, whose last variance is 20/T.</summary>
    internal const int LeastScaled = 21;

    /// <summary>Creates the schedule.</summary>
    /// <param name="timesteps">The number of timesteps T. Range: T ≥ 1.</param>
    /// <param name="betaStart">β_0. Range: 0 &lt; β_0 &lt; 1.</param>
    /// <param name="betaEnd">β_{T-1}. Range: 0 &lt; β_{T-1} &lt; 1. With T = 1 only β_0 is used.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public LinearSchedule(int timesteps = 1000, double betaStart = 1e-4, double betaEnd = 0.02)
    {
        Timesteps = Require.AtLeast(timesteps, 1);
        BetaStart = Require.OpenUnitInterval(betaStart);
        BetaEnd = Require.OpenUnitInterval(betaEnd);
    }

    /// <inheritdoc/>
    public int Timesteps { get; }

    /// <summary>Gets β_0, the first variance.</summary>
    public double BetaStart { get; }

    /// <summary>Gets β_{T-1}, the last variance.</summary>
    public double BetaEnd { get; }

    /// <summary>
    /// Creates the paper's schedule with its variances scaled by 1000/T, so that about the same signal remains at the end for every T:
    /// "linear" of improved-diffusion (Nichol and Dhariwal 2021, arXiv:2102.09672). It equals the paper's at T = 1000.
    /// </summary>
    /// <param name="timesteps">
    /// The number of timesteps T. Range: T ≥ 21, below which the last variance 20/T is no longer less than 1.
    /// </param>
    /// <returns>β from 0.1/T to 20/T.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timesteps"/> is below 21.</exception>
    public static LinearSchedule Scaled(int timesteps)
    {
        double scale = 1000.0 / Require.AtLeast(timesteps, LeastScaled);
        return new LinearSchedule(timesteps, scale * 1e-4, scale * 0.02);
    }

    /// <inheritdoc/>
    public double Beta(int t) => Spacing.Linear(BetaStart, BetaEnd, Timesteps, Require.Timestep(t, Timesteps));

    float[] ISinglePrecisionSchedule.SinglePrecisionBetas() => SinglePrecision.Linspace(BetaStart, BetaEnd, Timesteps);
}
