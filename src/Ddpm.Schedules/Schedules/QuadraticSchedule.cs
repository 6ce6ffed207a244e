namespace Ddpm.Core;

/// <summary>
/// Increases √β_t linearly: "quad" of Ho et al.'s code, "scaled_linear" of latent diffusion (Rombach et al. 2022, arXiv:2112.10752, with
/// 0.00085 … 0.012) and diffusers.
/// </summary>
public sealed class QuadraticSchedule : IVarianceSchedule, ISinglePrecisionSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="timesteps">The number of timesteps T. Range: T ≥ 1.</param>
    /// <param name="betaStart">β_0. Range: 0 &lt; β_0 &lt; 1.</param>
    /// <param name="betaEnd">β_{T-1}. Range: 0 &lt; β_{T-1} &lt; 1. With T = 1 only β_0 is used.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public QuadraticSchedule(int timesteps = 1000, double betaStart = 1e-4, double betaEnd = 0.02)
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

    /// <inheritdoc/>
    public double Beta(int t)
    {
        double root = Spacing.Linear(Math.Sqrt(BetaStart), Math.Sqrt(BetaEnd), Timesteps, Require.Timestep(t, Timesteps));
        return root * root;
    }

    float[] ISinglePrecisionSchedule.SinglePrecisionBetas() =>
        [.. SinglePrecision.Linspace(Math.Sqrt(BetaStart), Math.Sqrt(BetaEnd), Timesteps).Select(root => root * root)];
}
