namespace Ddpm.Core;

/// <summary>
/// Defines the noise variances β_t of a forward process, one for each timestep (Ho et al. 2020, arXiv:2006.11239, sec. 2).
/// </summary>
/// <remarks>
/// Timesteps are counted t = 0 … T-1 in every API of this library, as all published weights expect; the paper counts 1 … T,
/// so that the paper's t is ours + 1.
/// </remarks>
public interface IVarianceSchedule
{
    /// <summary>Gets the number of timesteps T. Range: T ≥ 1.</summary>
    int Timesteps { get; }

    /// <summary>Returns the variance β_t of the noise that step <paramref name="t"/> adds.</summary>
    /// <param name="t">The timestep. Range: 0 ≤ t &lt; T.</param>
    /// <returns>β_t. Range: 0 &lt; β_t &lt; 1; the last one may be exactly 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="t"/> is outside 0 … T-1.</exception>
    double Beta(int t);

    /// <summary>
    /// Returns the timestep that the network receives at step <paramref name="t"/>. It differs from <paramref name="t"/> only for a
    /// respaced schedule, whose network was trained on the timesteps of the original.
    /// </summary>
    /// <param name="t">The timestep of this schedule. Range: 0 ≤ t &lt; T.</param>
    /// <returns>The timestep of the schedule that the network was trained with.</returns>
    int ModelTimestep(int t) => t;
}
