using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Balls around the points of a set that reach to their k-th nearest neighbour in it. Lives in the caller's dispose scope.
/// </summary>
internal sealed class Balls
{
    private readonly Tensor centres;
    private readonly int neighbours;
    private readonly int blockRows;
    private readonly CancellationToken cancellationToken;

    /// <summary>Creates the balls of a set; each visit computes their radii.</summary>
    /// <exception cref="ArgumentException">A point has fewer than k neighbours.</exception>
    public Balls(Tensor centres, string name, int neighbours, int blockRows, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        RequireNeighbours(centres, name, neighbours);
        this.centres = centres;
        this.neighbours = neighbours;
        this.blockRows = blockRows;
        this.cancellationToken = cancellationToken;
    }

    /// <summary>Checks that every point has k neighbours.</summary>
    /// <exception cref="ArgumentException">A point has fewer.</exception>
    public static void RequireNeighbours(Tensor set, string name, int neighbours)
    {
        if (set.size(0) <= neighbours)
        {
            throw new ArgumentException($"{name} must have more than k = {neighbours} rows, but has {set.size(0)}.", name);
        }
    }

    /// <summary>Visits a block of points after the other: whether each lies in each ball, boundary included, bool [rows, N].</summary>
    public void ForEachBlock(Tensor points, Action<Tensor> visit)
    {
        Tensor radii = Radii().unsqueeze(0);
        Distances.ForEachBlock(points, centres, blockRows, (_, distances) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            visit(distances.le(radii));
        });
    }

    /// <summary>The distance of each point to its k-th nearest neighbour in its own set, itself left out, [N].</summary>
    private Tensor Radii()
    {
        Tensor radii = empty(centres.size(0), dtype: float64);
        Distances.ForEachBlock(centres, centres, blockRows, (first, distances) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Left out by its place, not by its distance of 0: duplicates are neighbours.
            distances.diagonal(first).FillInPlace(double.PositiveInfinity);
            (Tensor nearest, _) = distances.topk(neighbours, dim: 1, largest: false, sorted: true);
            radii.narrow(0, first, distances.size(0)).copy_(nearest.select(1, neighbours - 1));
        });
        return radii;
    }
}
