namespace Ddpm.Core;

/// <summary>Which timesteps a training step trains.</summary>
public interface ITimestepSampler
{
    /// <summary>
    /// Draws timesteps for a batch; the same arguments give the same timesteps as long as nothing is observed in between.
    /// </summary>
    /// <param name="seed">The seed; any number.</param>
    /// <param name="trainingStep">The training step. Range: ≥ 0.</param>
    /// <param name="count">The number of examples. Range: ≥ 1.</param>
    /// <returns>A timestep and a weight for each example.</returns>
    TimestepDraw Draw(long seed, int trainingStep, int count);

    /// <summary>Tells the sampler how the drawn timesteps fared.</summary>
    /// <param name="draw">What was drawn.</param>
    /// <param name="losses">The loss of each example, without the draw's weights.</param>
    void Observe(TimestepDraw draw, ReadOnlySpan<double> losses)
    {
    }

    /// <summary>What the sampler has learned from losses, for a checkpoint.</summary>
    /// <returns>The state; empty where there is none.</returns>
    double[] Save() => [];

    /// <summary>Goes back to a state.</summary>
    /// <param name="state">What <see cref="Save"/> gave.</param>
    /// <exception cref="ArgumentException">The state is not one of this sampler; nothing has changed.</exception>
    void Restore(ReadOnlySpan<double> state)
    {
        if (state.Length > 0)
        {
            throw new ArgumentException($"state must be empty for {GetType().Name}, but has {state.Length} numbers.", nameof(state));
        }
    }
}
