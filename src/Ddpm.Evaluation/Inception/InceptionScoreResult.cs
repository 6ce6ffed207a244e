using System.Collections.Immutable;

namespace Ddpm.Evaluation;

/// <summary>Holds an Inception Score.</summary>
/// <param name="Splits">The score of each split. Range: 1 … the number of classes.</param>
public sealed record InceptionScoreResult(ImmutableArray<double> Splits)
{
    /// <summary>Gets the mean over the splits.</summary>
    public double Mean => Splits.Average();

    /// <summary>
    /// Gets the standard deviation over the splits, with their number in the denominator, as in the authors' code; 0 for one split.
    /// </summary>
    public double StandardDeviation => Math.Sqrt(Splits.Average(score => (score - Mean) * (score - Mean)));
}
