using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Holds the start of a run that does not begin with pure noise.</summary>
public sealed class InferenceStart
{
    private readonly int? timestep;
    private readonly double strength;

    private InferenceStart(ReadOnlyMemory<float> values, bool isClean, int? timestep, double strength) =>
        (Values, IsClean, this.timestep, this.strength) = (values, isClean, timestep, strength);

    /// <summary>Gets the examples: [Count, …], or [1, …] if all samples begin with the same example.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>Gets whether the examples are clean, so that the run adds noise to them first.</summary>
    public bool IsClean { get; }

    /// <summary>Continues from noisy examples: x_t → x_0.</summary>
    /// <param name="xt">The noisy examples x_t, [Count, …] or [1, …].</param>
    /// <param name="timestep">Their timestep t in the sampler's process. Range: 0 ≤ t &lt; the sampler's steps.</param>
    /// <returns>The start.</returns>
    public static InferenceStart Noisy(ReadOnlyMemory<float> xt, int timestep) => new(xt, false, timestep, 1);

    /// <summary>Adds noise to clean examples up to t and removes it again.</summary>
    /// <param name="x0">The examples x_0, [Count, …] or [1, …].</param>
    /// <param name="timestep">
    /// The timestep up to which noise is added, in the sampler's process. Range: 0 ≤ t &lt; the sampler's steps.
    /// </param>
    /// <returns>The start.</returns>
    public static InferenceStart Clean(ReadOnlyMemory<float> x0, int timestep) => new(x0, true, timestep, 1);

    /// <summary>
    /// Starts variations of a picture ("image to image", SDEdit, arXiv:2108.01073), which take a share of the sampler's steps, at least
    /// one.
    /// </summary>
    /// <param name="x0">The examples x_0, [Count, …] or [1, …].</param>
    /// <param name="strength">The share of the steps: a larger share keeps less of the example. Range: 0 &lt; strength ≤ 1.</param>
    /// <returns>The start.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="strength"/> is out of range.</exception>
    public static InferenceStart AtStrength(ReadOnlyMemory<float> x0, double strength) =>
        new(x0, true, null, Strength.Require(strength));

    /// <summary>The number of steps of a run that begins here.</summary>
    internal int MovesOf(int timesteps) => timestep is { } t
        ? Require.Timestep(t, timesteps, "Start.Timestep") + 1
        : Strength.StepsOf(strength, timesteps);
}
