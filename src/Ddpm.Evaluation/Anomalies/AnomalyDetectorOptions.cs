using Ddpm.Core;

namespace Ddpm.Evaluation;

/// <summary>Sets how an <see cref="AnomalyDetector"/> reconstructs.</summary>
public sealed record AnomalyDetectorOptions
{
    /// <summary>Gets the defaults.</summary>
    public static AnomalyDetectorOptions Default { get; } = new();

    /// <summary>
    /// Gets the share of the sampler's steps up to which noise is added and removed again: more removes larger anomalies, and more of what
    /// is normal. Range: 0 &lt; strength ≤ 1.
    /// </summary>
    /// <value>Default: 0.25 (AnoDDPM: 250 of 1,000 steps).</value>
    public double Strength { get; init; } = 0.25;

    /// <summary>Gets how many reconstructions, each with different noise, are averaged. Range: 1 … 65,536.</summary>
    /// <value>Default: 1.</value>
    public int Repetitions { get; init; } = 1;

    /// <summary>Gets the standard deviation in pixels with which the heat map is smoothed; 0: not at all. Range: ≥ 0.</summary>
    /// <value>Default: 1.</value>
    public double Smoothing { get; init; } = 1;

    internal AnomalyDetectorOptions Validated()
    {
        if (Strength is not (> 0 and <= 1)) throw Wrong(nameof(Strength), "above 0 and at most 1", Strength);
        if (Repetitions is < 1 or > 1 << 16) throw Wrong(nameof(Repetitions), "1 … 65536", Repetitions);
        Require.NotNegative(Smoothing);
        return this;
    }

    private static ArgumentOutOfRangeException Wrong(string name, string expected, double actual) =>
        new(name, actual, FormattableString.Invariant($"{name} must be {expected}, but is {actual}."));
}
