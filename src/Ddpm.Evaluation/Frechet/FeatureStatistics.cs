using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Holds the mean and covariance of a set of features, which is all that the Fréchet distance needs. It is immutable; dispose it to free
/// the tensors.
/// </summary>
public sealed class FeatureStatistics : IDisposable
{
    /// <summary>Statistics that were computed elsewhere.</summary>
    /// <param name="mean">The mean, [D], all finite; copied.</param>
    /// <param name="covariance">The covariance, [D, D], symmetric and finite; copied.</param>
    /// <param name="count">The number of samples; null if unknown. Range: ≥ 2.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, a number is not finite, or the covariance is not symmetric.</exception>
    public FeatureStatistics(Tensor mean, Tensor covariance, long? count = null)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(covariance);
        if (mean.dim() != 1 || mean.numel() == 0)
        {
            throw new ArgumentException($"mean must have the shape [D], but has [{string.Join(", ", mean.shape)}].", nameof(mean));
        }

        if (covariance.dim() != 2 || covariance.size(0) != mean.size(0) || covariance.size(1) != mean.size(0))
        {
            throw new ArgumentException($"covariance must have the shape [{mean.size(0)}, {mean.size(0)}], but has " +
                $"[{string.Join(", ", covariance.shape)}].", nameof(covariance));
        }

        if (count < 2) throw new ArgumentException($"count must be at least 2, or null, but is {count}.", nameof(count));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor m = mean.detach().to(float64, CPU), c = covariance.detach().to(float64, CPU);
        if (!m.isfinite().all().item<bool>()) throw new ArgumentException("mean must be finite, but holds NaN or infinity.", nameof(mean));
        Tensor symmetric = empty_like(c);
        double asymmetry = 0, scale = 0;
        // Rows by rows: whole matrices in between would need several times the memory of the covariance.
        const long Rows = 256;
        for (long first = 0; first < c.size(0); first += Rows)
        {
            using var inner = NewDisposeScope();
            long some = Math.Min(Rows, c.size(0) - first);
            Tensor rows = c.narrow(0, first, some), mirrored = c.narrow(1, first, some).t();
            if (!rows.isfinite().all().item<bool>())
            {
                throw new ArgumentException("covariance must be finite, but holds NaN or infinity.", nameof(covariance));
            }

            asymmetry = Math.Max(asymmetry, rows.sub(mirrored).abs().max().item<double>());
            scale = Math.Max(scale, rows.abs().max().item<double>());
            symmetric.narrow(0, first, some).copy_(rows.Plus(mirrored).Over(2));
        }

        if (asymmetry > 1e-6 * scale)
        {
            throw new ArgumentException($"covariance must be symmetric, but entries differ from their mirror images by up to {asymmetry}.",
                nameof(covariance));
        }

        Count = count;
        Dimensions = checked((int)m.size(0));
        Mean = m.clone().DetachFromDisposeScope();
        Covariance = symmetric.DetachFromDisposeScope();
    }

    // Symmetric and finite by construction; both tensors are this object's.
    internal FeatureStatistics(Tensor mean, Tensor covariance, int dimensions, long count)
    {
        Mean = mean.DetachFromDisposeScope();
        Covariance = covariance.DetachFromDisposeScope();
        Dimensions = dimensions;
        Count = count;
    }

    /// <summary>Gets D, the number of features.</summary>
    public int Dimensions { get; }

    /// <summary>Gets the number of samples; null if unknown, as in published files.</summary>
    public long? Count { get; }

    /// <summary>Gets the mean, float64 [D] on the CPU.</summary>
    public Tensor Mean { get; }

    /// <summary>Gets the covariance with n - 1 in the denominator, float64 [D, D] on the CPU.</summary>
    public Tensor Covariance { get; }

    /// <summary>Statistics of features that are there at once.</summary>
    /// <param name="features">The features, floating-point [N, D] with N ≥ 2, all finite.</param>
    /// <returns>The statistics; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The features have another shape or type, are too few, or are not finite.</exception>
    public static FeatureStatistics Of(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.dim() != 2)
        {
            throw new ArgumentException($"features must have the shape [N, D], but has [{string.Join(", ", features.shape)}].",
                nameof(features));
        }

        using var accumulator = new FeatureAccumulator(checked((int)features.size(1)));
        accumulator.Add(features);
        return accumulator.Statistics();
    }

    /// <summary>Frees the memory of the tensors.</summary>
    public void Dispose()
    {
        Mean.Dispose();
        Covariance.Dispose();
    }
}
