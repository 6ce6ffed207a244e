using System.Collections.Immutable;

namespace Ddpm.Evaluation;

/// <summary>Holds a kernel distance.</summary>
/// <param name="Subsets">The estimate of each subset; unbiased, so that some may be negative.</param>
public sealed record KernelDistanceResult(ImmutableArray<double> Subsets)
{
    /// <summary>Gets the mean over the subsets.</summary>
    public double Mean => Subsets.Average();

    /// <summary>Gets the standard deviation over the subsets, with their number in the denominator.</summary>
    public double StandardDeviation => Math.Sqrt(Subsets.Average(value => (value - Mean) * (value - Mean)));
}
