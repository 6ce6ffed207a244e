using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Tells whether a model copies its training set: whether samples lie nearer to it than held-out examples do, which the model has not seen
/// (Meehan, Chaudhuri and Dasgupta 2020, arXiv:2004.05675; the whole space is one cell).
/// </summary>
public static class DataCopying
{
    /// <summary>Compares the distances to the nearest training example.</summary>
    /// <param name="training">Features of the training set, [N, D].</param>
    /// <param name="heldOut">Features of examples of the same distribution that the model has not seen, [M, D]; some hundreds.</param>
    /// <param name="samples">Features of samples, [L, D]. In pixels a copy is what the eye calls one.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>The distances, and how likely chance alone would give them.</returns>
    /// <exception cref="ArgumentException">A set has another shape or a number that is not finite.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static DataCopyingResult Compute(
        Tensor training, Tensor heldOut, Tensor samples, CancellationToken cancellationToken = default)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor seen = Distances.Validated(training, nameof(training));
        return Compare(Nearest(heldOut, nameof(heldOut)), Nearest(samples, nameof(samples)));

        double[] Nearest(Tensor features, string name)
        {
            Tensor queries = Distances.Validated(features, name);
            if (queries.size(1) == seen.size(1))
            {
                return [.. NearestNeighbours.Find(queries, seen, cancellationToken).Select(found => found.Distance)];
            }

            throw new ArgumentException(
                $"{name} must have features of width {seen.size(1)} like training, but has {queries.size(1)}.", name);
        }
    }

    /// <summary>Compares distances that <see cref="NearestNeighbours"/> has found.</summary>
    /// <param name="heldOut">The distance of each held-out example to its nearest training example; at least one.</param>
    /// <param name="samples">That of each sample; at least one.</param>
    /// <returns>The distances, and how likely chance alone would give them.</returns>
    /// <exception cref="ArgumentException">There are no distances, or one is negative or NaN.</exception>
    public static DataCopyingResult Compare(ReadOnlySpan<double> heldOut, ReadOnlySpan<double> samples)
    {
        Require(heldOut, nameof(heldOut));
        Require(samples, nameof(samples));
        double nearer = Auroc.Compute(samples, heldOut);
        // The Mann–Whitney statistic has this deviation where both are of one distribution.
        double deviation = Math.Sqrt((samples.Length + heldOut.Length + 1) / (12.0 * samples.Length * heldOut.Length));
        return new DataCopyingResult(Median(samples), Median(heldOut), nearer, (0.5 - nearer) / deviation);
    }

    private static void Require(ReadOnlySpan<double> distances, string name)
    {
        if (distances.IsEmpty) throw new ArgumentException($"{name} must have at least one distance, but has none.", name);
        foreach (double distance in distances)
        {
            if (!(distance >= 0)) throw new ArgumentException($"{name} must hold distances ≥ 0, but one is {distance}.", name);
        }
    }

    private static double Median(ReadOnlySpan<double> distances)
    {
        double[] sorted = distances.ToArray();
        Array.Sort(sorted);
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
