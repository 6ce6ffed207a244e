using Ddpm.Evaluation;
using static TorchSharp.torch;

namespace Anomalies;

/// <summary>Baselines that learn by linear algebra or not at all. All reconstruct, so that heat maps and scores are made alike.</summary>
internal static class PlainMethods
{
    /// <summary>The number of principal components.</summary>
    public const int Components = 32;

    /// <summary>Reconstructs every picture as the mean of the training pictures.</summary>
    public static Method Mean(Tensor training)
    {
        Tensor mean = training.mean([0], keepdim: true);
        return new Method("mean", (pictures, _) => AnomalyMaps.Of(pictures, mean.expand(pictures.shape)));
    }

    /// <summary>Reconstructs a picture as the nearest training picture.</summary>
    public static Method Nearest(Tensor training, CancellationToken stop)
    {
        Tensor flat = training.flatten(1);
        return new Method("nearest", (pictures, _) =>
        {
            using var scope = NewDisposeScope();
            long[] nearest = [.. NearestNeighbours.Find(pictures.flatten(1), flat, stop).Select(found => found.Index)];
            return AnomalyMaps.Of(pictures, training.index_select(0, tensor(nearest)));
        });
    }

    /// <summary>Reconstructs a picture from the mean and its first principal components.</summary>
    public static Method PrincipalComponents(Tensor training, int components = Components)
    {
        Tensor axes, mean;
        using (var scope = NewDisposeScope())
        {
            Tensor flat = training.flatten(1).to(float64), centre = flat.mean([0], keepdim: true), centred = flat - centre;
            // Eigenvalues grow: the last axes have the largest variance.
            (_, Tensor vectors) = linalg.eigh(centred.t().matmul(centred) / flat.size(0));
            axes = vectors.narrow(1, vectors.size(1) - components, components).MoveToOuterDisposeScope();
            mean = centre.MoveToOuterDisposeScope();
        }

        return new Method($"PCA {components}", (pictures, _) =>
        {
            using var scope = NewDisposeScope();
            Tensor centred = pictures.flatten(1).to(float64) - mean;
            Tensor reconstructed = centred.matmul(axes).matmul(axes.t()) + mean;
            return AnomalyMaps.Of(pictures, reconstructed.reshape(pictures.shape).to(float32));
        });
    }
}
