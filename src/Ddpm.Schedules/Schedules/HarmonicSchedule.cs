namespace Ddpm.Core;

/// <summary>
/// Sets β_t = 1/(T - t), so that the signal's variance ᾱ_t falls linearly to exactly 0: "jsd" of Ho et al.'s code, from Sohl-Dickstein et
/// al. 2015 (arXiv:1503.03585). Its last β is 1; ε-prediction is undefined there.
/// </summary>
public sealed class HarmonicSchedule : IVarianceSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="timesteps">The number of timesteps T. Range: T ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timesteps"/> is below 1.</exception>
    public HarmonicSchedule(int timesteps = 1000) => Timesteps = Require.AtLeast(timesteps, 1);

    /// <inheritdoc/>
    public int Timesteps { get; }

    /// <inheritdoc/>
    public double Beta(int t) => 1.0 / (Timesteps - Require.Timestep(t, Timesteps));
}
