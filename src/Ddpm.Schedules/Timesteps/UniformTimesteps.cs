namespace Ddpm.Core;

/// <summary>Draws each example's timestep uniformly and independently: Algorithm 1 of Ho et al. 2020 (arXiv:2006.11239).</summary>
public sealed class UniformTimesteps : ITimestepSampler
{
    private readonly int timesteps;

    /// <summary>Creates a sampler over T timesteps.</summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timesteps"/> is below 1.</exception>
    public UniformTimesteps(int timesteps) => this.timesteps = Require.AtLeast(timesteps, 1);

    /// <inheritdoc/>
    public TimestepDraw Draw(long seed, int trainingStep, int count)
    {
        Require.AtLeast(count, 1);
        return TimestepDraw.Unweighted(
            Enumerable.Range(0, count).Select(place => new CounterBasedRandom(seed, place, trainingStep).UniformBelow(0, timesteps)));
    }
}
