using Ddpm.Core;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Computes the Fréchet distance of two normal distributions, ‖μ_1 - μ_2‖² + Tr(Σ_1 + Σ_2 - 2 (Σ_1 Σ_2)^½): with Inception features, FID
/// (Heusel et al. 2017, arXiv:1706.08500).
/// </summary>
/// <remarks>
/// Tr (Σ_1 Σ_2)^½ is the sum of the singular values of F_1ᵀ F_2, for any factors with Σ = F Fᵀ: those of Cholesky, or where a covariance
/// is singular or nearly so, its eigenvectors times the roots of its eigenvalues. No number is complex and no square root is taken of a
/// rounding error: the result is stable with fewer samples than features, where the usual root of the product has errors of 1e-7 and more.
/// </remarks>
public static class FrechetDistance
{
    // Of the largest variance. Below it, rounding in Cholesky's factor would show in the roots.
    private const double SmallestPivot = 1e-8;

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
        Tensor product = Factor(first).t().mm(Factor(second));
        return means + traces - 2 * linalg.svdvals(product).sum().item<double>();
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

    // F, [D, rank], with Σ = F Fᵀ.
    private static Tensor Factor(FeatureStatistics statistics)
    {
        Tensor covariance = statistics.Covariance;
        if (statistics.Count is null || statistics.Count > statistics.Dimensions)
        {
            (Tensor factor, Tensor failed) = linalg.cholesky_ex(covariance);
            // A pivot is the variance of a feature that those before it do not explain.
            double least = factor.diagonal().Square().min().item<double>(), largest = covariance.diagonal().max().item<double>();
            if (failed.item<int>() == 0 && least > SmallestPivot * largest) return factor;
        }

        (Tensor values, Tensor vectors) = linalg.eigh(covariance);
        // What lies below the rounding error of the largest is a rounding error.
        double floor = values.abs().max().item<double>() * values.size(0) * 2.2e-16;
        // They ascend.
        long rank = values.GreaterThan(floor).sum().item<long>(), first = values.size(0) - rank;
        return vectors.narrow(1, first, rank) * values.narrow(0, first, rank).sqrt();
    }
}
