namespace Ddpm.Data;

/// <summary>
/// Quantiles of samples by Hyndman and Fan's type 6 (1996): a further sample lies below one with its probability, so that the band of a
/// calibrated ensemble has its share whatever the number of samples.
/// </summary>
internal static class EnsembleQuantile
{
    /// <summary>Returns a quantile, linear between samples; beyond them the nearest.</summary>
    /// <param name="sorted">The samples, ascending; at least one.</param>
    /// <param name="probability">The share of samples below it. Range: 0 ≤ p ≤ 1.</param>
    public static double Of(double[] sorted, double probability)
    {
        double place = Math.Clamp(probability * (sorted.Length + 1) - 1, 0, sorted.Length - 1);
        int below = (int)place, above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
