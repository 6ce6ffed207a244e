using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>Euclidean distances between the rows of two sets, a block of rows at a time, so that memory stays bounded.</summary>
internal static class Distances
{
    // 512 rows against 50,000 references in float64 are 200 MB.
    public const int BlockRows = 512;

    /// <summary>Visits the distances of each block of queries to all references: first row and distances [rows, references].</summary>
    public static void ForEachBlock(Tensor queries, Tensor references, int blockRows, Action<long, Tensor> visit)
    {
        for (long first = 0; first < queries.size(0); first += blockRows)
        {
            using var scope = NewDisposeScope();
            Tensor block = queries.narrow(0, first, Math.Min(blockRows, queries.size(0) - first));
            // Differences, not ‖a‖² + ‖b‖² - 2ab, which loses the digits of small distances.
            visit(first, cdist(block, references, p: 2, compute_mode: compute_mode.donot_use_mm_for_euclid_dist));
        }
    }

    /// <summary>Checks a set of feature vectors and gives a float64 copy on the CPU.</summary>
    public static Tensor Validated(Tensor features, string name)
    {
        Check(features, name);
        return features.detach().to(float64, CPU, copy: true);
    }

    /// <summary>Checks that a set of feature vectors has the shape [N, D] with N ≥ 1 and holds finite floating-point numbers.</summary>
    public static void Check(Tensor features, string name)
    {
        ArgumentNullException.ThrowIfNull(features, name);
        if (features.dim() != 2 || features.numel() == 0)
        {
            throw new ArgumentException($"{name} must have the shape [N, D] with at least one row, but has " +
                $"[{string.Join(", ", features.shape)}].", name);
        }

        if (!features.is_floating_point())
        {
            throw new ArgumentException($"{name} must hold floating-point numbers, but holds {features.dtype}.", name);
        }

        using var scope = NewDisposeScope();
        // Both are NaN where there is one; isfinite() takes several times as long.
        (Tensor least, Tensor largest) = aminmax(features.detach());
        if (least.isfinite().item<bool>() && largest.isfinite().item<bool>()) return;
        throw new ArgumentException($"{name} must be finite, but holds NaN or an infinity.", name);
    }

    /// <summary>Checks two sets whose features are of one width, and gives float64 copies on the CPU.</summary>
    public static (Tensor Reference, Tensor Other) Pair(
        Tensor reference, Tensor other,
        [CallerArgumentExpression(nameof(reference))] string referenceName = "",
        [CallerArgumentExpression(nameof(other))] string otherName = "")
    {
        Tensor first = Validated(reference, referenceName), second = Validated(other, otherName);
        if (first.size(1) != second.size(1))
        {
            throw new ArgumentException(
                $"{otherName} must have features of width {first.size(1)} like the other set, but has {second.size(1)}.", otherName);
        }

        return (first, second);
    }
}
