using Ddpm.Core;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Computes the Fréchet distance of two normal distributions, ‖μ_1 - μ_2‖² + Tr(Σ_1 + Σ_2 - 2 (Σ_1 Σ_2)^½): with Inception features, FID
/// (Heusel et al. 2017, arXiv:1706.08500).
/// </summary>
/// <remarks>
/// <para>
/// Tr (Σ_1 Σ_2)^½ is the sum of the roots of the eigenvalues of F_1ᵀ Σ_2 F_1, which is symmetric, and of the singular values of F_1ᵀ F_2,
/// for any factors with Σ = F Fᵀ: those of Cholesky, or where a covariance is singular or nearly so, its eigenvectors times the roots of
/// its eigenvalues.
/// </para>
/// <para>
/// The eigenvalues take a third of the time. Their roots magnify rounding errors of those near 0: where these could come to 1e-12 of all
/// variance, the singular values are computed instead. No number is complex: the result is stable with fewer samples than features, where
/// the usual root of the product has errors of 1e-7 and more.
/// </para>
/// </remarks>
public static class FrechetDistance
{
    // Of the largest variance. Below it, rounding in Cholesky's factor would show in the roots.
    private const double SmallestPivot = 1e-8;

    // Of all variance: what rounding may add to the distance.
    private const double Tolerance = 1e-12;
    private const double Epsilon = 2.2e-16;
    private const long Block = 256;

    /// <summary>Computes the distance of two sets from their statistics.</summary>
    /// <param name="first">The statistics of the first set.</param>
    /// <param name="second">The statistics of the second set.</param>
    /// <param name="logger">Receives a warning if a set has no more samples than features. Default: no logging.</param>
    /// <returns>The squared distance, as FID is stated. Range: ≥ 0, up to rounding.</returns>
    /// <exception cref="ArgumentException">The sets have different numbers of features.</exception>
    public static double Compute(FeatureStatistics first, FeatureStatistics second, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Dimensions != second.Dimensions)
        {
            throw new ArgumentException($"second must be of {first.Dimensions} features as first, but is of {second.Dimensions}.",
                nameof(second));
        }

        long smallest = Math.Min(first.Count ?? long.MaxValue, second.Count ?? long.MaxValue);
        if (smallest <= first.Dimensions) logger?.FewerSamplesThanFeatures(smallest, first.Dimensions);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        double means = (first.Mean - second.Mean).Square().sum().item<double>();
        double traces = first.Covariance.trace().Plus(second.Covariance.trace()).item<double>();
        Tensor? triangle = Cholesky(first);
        double root = triangle is null ? double.NaN : RootsOfEigenvalues(triangle, second.Covariance, Tolerance * (means + traces));
        if (double.IsNaN(root)) root = SingularValues(triangle ?? Spectral(first), Cholesky(second) ?? Spectral(second));
        return means + traces - 2 * root;
    }

    /// <summary>Computes the distance of two sets of features.</summary>
    /// <param name="first">The first set, floating-point [N, D] with N ≥ 2, all finite.</param>
    /// <param name="second">
    /// The second set, [M, D] with M ≥ 2. The smaller the sets, the larger the distance: compare only equal sizes.
    /// </param>
    /// <param name="logger">Receives a warning if a set has no more samples than features. Default: no logging.</param>
    /// <returns>The squared distance.</returns>
    /// <exception cref="ArgumentException">A set has another shape or type, is too small, or is not finite.</exception>
    public static double Compute(Tensor first, Tensor second, ILogger? logger = null)
    {
        using FeatureStatistics a = FeatureStatistics.Of(first), b = FeatureStatistics.Of(second);
        return Compute(a, b, logger);
    }

    private static double SingularValues(Tensor first, Tensor second) =>
        linalg.svdvals(first.t().mm(second)).sum().item<double>();

    // NaN where rounding could change the sum by more than the tolerance: a root near 0 magnifies errors.
    private static double RootsOfEigenvalues(Tensor triangle, Tensor covariance, double tolerance)
    {
        Tensor values = linalg.eigvalsh(Congruence(triangle, covariance));
        // They ascend.
        double least = values[0].item<double>(), largest = values[-1].item<double>();
        if (!(least > 0)) return double.NaN;
        Tensor roots = values.sqrt();
        double error = Epsilon * largest * roots.reciprocal().sum().item<double>();
        return error <= tolerance ? roots.sum().item<double>() : double.NaN;
    }

    // Lᵀ Σ L on and below the diagonal, where L has zeros above it: a quarter of the operations of two products.
    private static Tensor Congruence(Tensor triangle, Tensor covariance)
    {
        long size = triangle.size(0);
        Tensor right = empty_like(covariance), product = zeros_like(covariance);
        for (long first = 0; first < size; first += Block)
        {
            using var scope = NewDisposeScope();
            long width = Math.Min(Block, size - first), rest = size - first;
            Tensor columns = triangle.narrow(0, first, rest).narrow(1, first, width);
            Tensor corner = covariance.narrow(0, first, rest).narrow(1, first, rest);
            right.narrow(0, first, rest).narrow(1, first, width).copy_(corner.mm(columns));
            Tensor done = right.narrow(0, first, rest).narrow(1, 0, first + width);
            product.narrow(0, first, width).narrow(1, 0, first + width).copy_(columns.t().mm(done));
        }

        return product;
    }

    // L with Σ = L Lᵀ; null if Σ is singular or nearly so.
    private static Tensor? Cholesky(FeatureStatistics statistics)
    {
        if (statistics.Count <= statistics.Dimensions) return null;
        Tensor covariance = statistics.Covariance;
        (Tensor factor, Tensor failed) = linalg.cholesky_ex(covariance);
        // A pivot is the variance of a feature that those before it do not explain.
        double least = factor.diagonal().Square().min().item<double>(), largest = covariance.diagonal().max().item<double>();
        return failed.item<int>() == 0 && least > SmallestPivot * largest ? factor : null;
    }

    // F, [D, rank], with Σ = F Fᵀ.
    private static Tensor Spectral(FeatureStatistics statistics)
    {
        (Tensor values, Tensor vectors) = linalg.eigh(statistics.Covariance);
        // What lies below the rounding error of the largest is a rounding error.
        double floor = values.abs().max().item<double>() * values.size(0) * Epsilon;
        // They ascend.
        long rank = values.GreaterThan(floor).sum().item<long>(), first = values.size(0) - rank;
        return vectors.narrow(1, first, rank) * values.narrow(0, first, rank).sqrt();
    }
}
