namespace Ddpm.Evaluation;

/// <summary>
/// Computes the area under the receiver operating characteristic: the probability that an anomaly scores higher than a normal example,
/// where equal scores count half (the Mann–Whitney statistic; scikit-learn's roc_auc_score). 0.5 is chance, 1 separates all.
/// </summary>
public static class Auroc
{
    /// <summary>Computes the area, exact but for one division.</summary>
    /// <param name="normal">The scores of normal examples; at least one, none NaN.</param>
    /// <param name="anomalous">The scores of anomalies; at least one, none NaN.</param>
    /// <returns>The area. Range: 0 … 1.</returns>
    /// <exception cref="ArgumentException">There are no scores, or one is NaN.</exception>
    public static double Compute(ReadOnlySpan<double> normal, ReadOnlySpan<double> anomalous)
    {
        double[] low = Sorted(normal, nameof(normal)), high = Sorted(anomalous, nameof(anomalous));
        // Twice the number of pairs in which the anomaly is higher, and once of those with equal scores.
        Int128 twice = 0;
        int below = 0, notAbove = 0;
        foreach (double score in high)
        {
            while (below < low.Length && low[below] < score) below++;
            while (notAbove < low.Length && low[notAbove] <= score) notAbove++;
            twice += below + (long)notAbove;
        }

        return (double)twice / (2.0 * low.Length * high.Length);
    }

    private static double[] Sorted(ReadOnlySpan<double> scores, string name)
    {
        if (scores.IsEmpty) throw new ArgumentException($"{name} must have at least one score, but has none.", name);
        double[] sorted = scores.ToArray();
        Array.Sort(sorted);
        // NaN sorts before everything.
        if (double.IsNaN(sorted[0])) throw new ArgumentException($"{name} must hold numbers, but a score is NaN.", name);
        return sorted;
    }
}
