using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>Finds the nearest training example of each sample: the usual check whether a model copies.</summary>
public static class NearestNeighbours
{
    /// <summary>Finds the nearest reference of each query by Euclidean distance, or any of equally near ones.</summary>
    /// <param name="queries">[N, D].</param>
    /// <param name="references">[M, D].</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>The number of the nearest reference and its distance, for each query.</returns>
    /// <exception cref="ArgumentException">A set has another shape or a number that is not finite.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static IReadOnlyList<(long Index, double Distance)> Find(
        Tensor queries, Tensor references, CancellationToken cancellationToken = default)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        (Tensor referenceSet, Tensor querySet) = Distances.Pair(references, queries);
        var found = new List<(long Index, double Distance)>((int)querySet.size(0));
        Distances.ForEachBlock(querySet, referenceSet, Distances.BlockRows, (_, distances) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            (Tensor nearest, Tensor index) = distances.min(1);
            found.AddRange(index.data<long>().ToArray().Zip(nearest.data<double>().ToArray()));
        });
        return found;
    }
}
