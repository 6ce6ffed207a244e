namespace Ddpm.Core;

/// <summary>
/// Spreads the timesteps of a batch evenly over T from one random start: each timestep is uniform, and the batch covers all of T, which
/// lowers the variance of the loss (Kingma et al. 2021, arXiv:2107.00630, appendix I.1).
/// </summary>
public sealed class StratifiedTimesteps : ITimestepSampler
{
    private readonly int timesteps;

    /// <summary>Creates a sampler over T timesteps.</summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timesteps"/> is below 1.</exception>
    public StratifiedTimesteps(int timesteps) => this.timesteps = Require.AtLeast(timesteps, 1);

    /// <inheritdoc/>
    public TimestepDraw Draw(long seed, int trainingStep, int count)
    {
        Require.AtLeast(count, 1);
        double start = new CounterBasedRandom(seed, 0, trainingStep).Uniform(0);
        return TimestepDraw.Unweighted(Enumerable.Range(0, count).Select(place => Timestep(start + (double)place / count)));
    }

    private long Timestep(double position) => Math.Min((long)((position - Math.Floor(position)) * timesteps), timesteps - 1);
}
