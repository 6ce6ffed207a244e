using System.Collections.Immutable;
using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>The variance σ_t² of p_θ(x_{t-1} | x_t), on spans.</summary>
internal abstract class SpanVariance
{
    /// <summary>Gets those that a folder may name.</summary>
    public static ImmutableArray<(string Name, SpanVariance Variance)> Known { get; } =
    [
        ("fixed_small", new FixedSpanVariance(AncestralSteps.FixedSmall, tables => tables.SmallLog)),
        ("fixed_large", new FixedSpanVariance(AncestralSteps.FixedLarge, tables => tables.LargeLog)),
        ("learned_log", new LearnedSpanVariance(isRange: false)),
        ("learned_range", new LearnedSpanVariance(isRange: true)),
    ];

    /// <summary>Returns That of a name that <see cref="ReverseProcess"/> took.</summary>
    public static SpanVariance Find(string name) => Known.First(known => known.Name == name).Variance;

    /// <summary>Gets how many numbers the network puts out for each element of x_t.</summary>
    public virtual int OutputsPerElement => 1;

    /// <summary>
    /// Returns the steps of ancestral sampling as scalars; null where they follow from the network's output or its measurements.
    /// </summary>
    public virtual AncestralSteps? Steps(DiffusionCoefficients coefficients) => null;

    /// <summary>Returns ln σ_t² over t = 0 … T-1; null where it is learned.</summary>
    public virtual ImmutableArray<double>? LogVariances(VarianceTables tables) => null;

    /// <summary>Adds σ_t z to the mean.</summary>
    /// <param name="tables">The tables of the process.</param>
    /// <param name="t">The timestep. Range: 1 ≤ t &lt; T.</param>
    /// <param name="output">The second half of the network's output; empty where the variance is fixed.</param>
    /// <param name="noise">z.</param>
    /// <param name="mean">The mean; receives the sum.</param>
    public abstract void AddNoise(VarianceTables tables, int t, ReadOnlySpan<float> output, ReadOnlySpan<float> noise, Span<float> mean);
}
