using Ddpm.Core;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Computes the kernel distance, the unbiased squared maximum mean discrepancy with the kernel (x·y/D + 1)³; with Inception features, KID
/// (Bińkowski et al. 2018, arXiv:1801.01401). Unlike FID it does not grow as the sets get smaller.
/// </summary>
public static class KernelDistance
{
    /// <summary>Computes the mean over random subsets of both sets, drawn without replacement.</summary>
    /// <param name="real">Features of real samples, floating-point [N, D], all finite.</param>
    /// <param name="generated">Features of generated samples, [M, D].</param>
    /// <param name="subsets">The number of subsets. Range: ≥ 1.</param>
    /// <param name="subsetSize">The number of samples of each set in a subset. Range: 2 … the size of the smaller set.</param>
    /// <param name="seed">The seed that chooses the subsets.</param>
    /// <param name="logger">Receives a warning if every subset is a whole set. Default: no logging.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>The distance.</returns>
    /// <exception cref="ArgumentException">A set has another shape or type, or a number that is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static KernelDistanceResult Compute(Tensor real, Tensor generated, int subsets = 100, int subsetSize = 1000, long seed = 0,
        ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(subsets, 1);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        (Tensor realSet, Tensor generatedSet) = Distances.Pair(real, generated);
        long smaller = Math.Min(realSet.size(0), generatedSet.size(0));
        if (subsetSize < 2 || subsetSize > smaller)
        {
            throw new ArgumentOutOfRangeException(nameof(subsetSize), subsetSize,
                $"subsetSize must be 2 … {smaller}, the size of the smaller set, but is {subsetSize}.");
        }

        if (subsetSize == smaller) logger?.SubsetsAreTheSet(smaller);
        var values = new double[subsets];
        for (int subset = 0; subset < subsets; subset++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            Tensor x = realSet.index_select(0, Draw(seed, 2L * subset, realSet.size(0), subsetSize)),
                y = generatedSet.index_select(0, Draw(seed, 2L * subset + 1, generatedSet.size(0), subsetSize));
            values[subset] = Discrepancy(x, y);
        }

        return new KernelDistanceResult([.. values]);
    }

    /// <summary>The unbiased estimate on whole sets, [N, D] and [M, D] in float64.</summary>
    internal static double Discrepancy(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        double n = x.size(0), m = y.size(0);
        Tensor xx = Kernel(x, x), yy = Kernel(y, y), xy = Kernel(x, y);
        // A point and itself are no pair.
        double within = (xx.sum() - xx.trace()).item<double>() / (n * (n - 1)) + (yy.sum() - yy.trace()).item<double>() / (m * (m - 1));
        return within - 2 * xy.sum().item<double>() / (n * m);
    }

    private static Tensor Kernel(Tensor a, Tensor b) => a.mm(b.t()).Over(a.size(1)).Plus(1).Power(3);

    // The first places of a shuffle.
    private static Tensor Draw(long seed, long subset, long count, int size)
    {
        var random = new CounterBasedRandom(seed, subset, 0);
        long[] places = [.. Enumerable.Range(0, checked((int)count)).Select(i => (long)i)];
        for (int i = 0; i < size; i++)
        {
            int j = i + (int)random.UniformBelow((uint)i, places.Length - i);
            (places[i], places[j]) = (places[j], places[i]);
        }

        return tensor(places[..size], int64);
    }
}
