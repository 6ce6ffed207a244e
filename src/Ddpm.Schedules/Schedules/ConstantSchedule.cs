namespace Ddpm.Core;

/// <summary>Keeps β_t constant: "const" of Ho et al.'s code (arXiv:2006.11239, sec. 4 names it among the choices).</summary>
public sealed class ConstantSchedule : IVarianceSchedule
{
    private readonly double beta;

    /// <summary>Creates the schedule.</summary>
    /// <param name="timesteps">The number of timesteps T. Range: T ≥ 1.</param>
    /// <param name="beta">β. Range: 0 &lt; β &lt; 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public ConstantSchedule(int timesteps = 1000, double beta = 0.02)
    {
        Timesteps = Require.AtLeast(timesteps, 1);
        this.beta = Require.OpenUnitInterval(beta);
    }

    /// <inheritdoc/>
    public int Timesteps { get; }

    /// <inheritdoc/>
    public double Beta(int t)
    {
        Require.Timestep(t, Timesteps);
        return beta;
    }
}
