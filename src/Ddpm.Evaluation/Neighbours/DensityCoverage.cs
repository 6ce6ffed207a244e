using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Density and coverage (Naeem et al. 2020, arXiv:2002.09797), which outliers of the real set disturb less than precision and recall: how
/// many balls of real points a generated one lies in, over k; and the share of real points in whose ball a generated one lies.
/// </summary>
/// <remarks>
/// Balls have their boundary, as in <see cref="PrecisionRecall"/>; the authors' program leaves it out, which matters for equal points only.
/// </remarks>
public static class DensityCoverage
{
    /// <summary>Measures generated samples against real ones.</summary>
    /// <param name="real">Features of real samples, floating-point [N, D] with N &gt; <paramref name="neighbours"/>, all finite.</param>
    /// <param name="generated">Features of generated samples, [M, D].</param>
    /// <param name="neighbours">k. Range: ≥ 1. The paper has 5.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>Density and coverage.</returns>
    /// <exception cref="ArgumentException">A set has another shape, too few rows, or a number that is not finite.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static DensityCoverageResult Compute(
        Tensor real, Tensor generated, int neighbours = 5, CancellationToken cancellationToken = default) =>
        Compute(real, generated, neighbours, Distances.BlockRows, cancellationToken);

    internal static DensityCoverageResult Compute(
        Tensor real, Tensor generated, int neighbours, int blockRows, CancellationToken cancellationToken)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        (Tensor realSet, Tensor generatedSet) = Distances.Pair(real, generated);
        var balls = new Balls(realSet, nameof(real), neighbours, blockRows, cancellationToken);
        Tensor covered = zeros(realSet.size(0), @bool);
        long memberships = 0;
        balls.ForEachBlock(generatedSet, inside =>
        {
            memberships += inside.sum().item<long>();
            covered.logical_or_(inside.any(0));
        });
        return new DensityCoverageResult(
            memberships / ((double)neighbours * generatedSet.size(0)),
            (double)covered.sum().item<long>() / realSet.size(0));
    }
}
