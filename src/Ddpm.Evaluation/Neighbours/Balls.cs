using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>Balls around the points of a set that reach to their k-th nearest neighbour in it.</summary>
internal static class Balls
{
    /// <summary>The distance of each point to its k-th nearest neighbour in its own set, itself left out, [N].</summary>
    public static Tensor Radii(Tensor set, int neighbours, int blockRows, CancellationToken cancellationToken)
    {
        Tensor radii = empty(set.size(0), dtype: float64);
        Distances.ForEachBlock(set, set, blockRows, (first, distances) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Left out by its place, not by its distance of 0: duplicates are neighbours.
            distances.diagonal(first).fill_(double.PositiveInfinity);
            (Tensor nearest, _) = distances.topk(neighbours, dim: 1, largest: false, sorted: true);
            radii.narrow(0, first, distances.size(0)).copy_(nearest.select(1, neighbours - 1));
        });
        return radii;
    }

    /// <summary>Checks that every point has k neighbours.</summary>
    public static void RequireRows(Tensor set, int neighbours, string name)
    {
        if (set.size(0) <= neighbours) throw new ArgumentException($"{name} must have more than k = {neighbours} rows, but has {set.size(0)}.", name);
    }
}
