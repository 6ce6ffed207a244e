using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Computes improved precision and recall (Kynkäänniemi et al. 2019, arXiv:1904.06991): each set is covered by balls around its points that
/// reach to their k-th nearest neighbour in the set; a point of the other set counts where it lies in at least one ball (boundary
/// included).
/// </summary>
public static class PrecisionRecall
{
    /// <summary>Measures generated samples against real ones.</summary>
    /// <param name="real">Features of real samples, [N, D] with N &gt; <paramref name="neighbours"/>.</param>
    /// <param name="generated">
    /// Features of generated samples, [M, D] with M &gt; <paramref name="neighbours"/>. The sizes of both sets change the result: compare
    /// only equal sizes.
    /// </param>
    /// <param name="neighbours">The number of neighbours k. Range: ≥ 1. The paper uses 3.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>Precision and recall.</returns>
    /// <exception cref="ArgumentException">A set has another shape, too few rows, or a number that is not finite.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static PrecisionRecallResult Compute(
        Tensor real, Tensor generated, int neighbours = 3, CancellationToken cancellationToken = default) =>
        Compute(real, generated, neighbours, Distances.BlockRows, cancellationToken);

    internal static PrecisionRecallResult Compute(
        Tensor real, Tensor generated, int neighbours, int blockRows, CancellationToken cancellationToken)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        (Tensor realSet, Tensor generatedSet) = Distances.Pair(real, generated);
        var realBalls = new Balls(realSet, nameof(real), neighbours, blockRows, cancellationToken);
        var generatedBalls = new Balls(generatedSet, nameof(generated), neighbours, blockRows, cancellationToken);
        return new PrecisionRecallResult(ShareCovered(generatedSet, realBalls), ShareCovered(realSet, generatedBalls));
    }

    /// <summary>The share of points that lie in at least one ball.</summary>
    private static double ShareCovered(Tensor points, Balls balls)
    {
        long covered = 0;
        balls.ForEachBlock(points, inside => covered += inside.any(1).sum().item<long>());
        return (double)covered / points.size(0);
    }
}
