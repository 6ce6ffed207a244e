using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Computes density and coverage (Naeem et al. 2020, arXiv:2002.09797), which outliers of the real set disturb less than precision and
/// recall. Density: the number of balls of real points that contain a generated point, over k. Coverage: the share of real points whose
/// ball contains a generated point.
/// </summary>
/// <remarks>
/// Balls include their boundary, as in <see cref="PrecisionRecall"/>; the authors' program excludes it, which matters only for equal
/// points.
/// </remarks>
public static class DensityCoverage
{
    /// <summary>Measures generated samples against real ones.</summary>
    /// <param name="real">Features of real samples, floating-point [N, D] with N &gt; <paramref name="neighbours"/>, all finite.</param>
    /// <param name="generated">Features of generated samples, [M, D].</param>
    /// <param name="neighbours">The number of neighbours k. Range: ≥ 1. The paper uses 5.</param>
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
