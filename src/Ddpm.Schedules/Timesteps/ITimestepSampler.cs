namespace Ddpm.Core;

/// <summary>Chooses the timesteps that a training step trains.</summary>
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

    /// <summary>Receives the losses of the drawn timesteps.</summary>
    /// <param name="draw">The timesteps that were drawn.</param>
    /// <param name="losses">The loss of each example, without the draw's weights.</param>
    void Observe(TimestepDraw draw, ReadOnlySpan<double> losses)
    {
    }

    /// <summary>Returns the state that the sampler has learned from losses, for a checkpoint.</summary>
    /// <returns>The state; empty for a sampler without state.</returns>
    double[] Save() => [];

    /// <summary>Restores a saved state.</summary>
    /// <param name="state">The result of <see cref="Save"/>.</param>
    /// <exception cref="ArgumentException">The state belongs to another sampler; nothing has changed.</exception>
    void Restore(ReadOnlySpan<double> state)
    {
        if (state.Length > 0)
        {
            throw new ArgumentException($"state must be empty for {GetType().Name}, but has {state.Length} numbers.", nameof(state));
        }
    }
}
