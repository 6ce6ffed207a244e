using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>Features of many images, batch by batch.</summary>
public static class FeatureExtraction
{
    /// <summary>The statistics of the features of images, in memory of one batch and D² numbers.</summary>
    /// <param name="extractor">The features.</param>
    /// <param name="batches">The images, uint8 [B, C, H, W] each; disposed one after the other. Two at least in all.</param>
    /// <param name="progress">Told of the number of images done.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>The statistics; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">There are fewer than 2 images, or some do not fit the extractor.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static FeatureStatistics Statistics(IFeatureExtractor extractor, IEnumerable<Tensor> batches, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        Statistics(extractor, batches, SingleProcess.Instance, progress, cancellationToken);

    /// <summary>The statistics of the features of images that several processes share, summed once at the end; collective.</summary>
    /// <param name="extractor">The features.</param>
    /// <param name="batches">This rank's images, uint8 [B, C, H, W] each; disposed one after the other. Some ranks may have none; two at least in all.</param>
    /// <param name="communicator">The ranks.</param>
    /// <param name="progress">Told of the number of this rank's images done.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>The statistics of all images, on every rank; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">There are fewer than 2 images in all, or some do not fit the extractor.</exception>
    /// <exception cref="DistributedException">The ranks have different numbers of features.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static FeatureStatistics Statistics(IFeatureExtractor extractor, IEnumerable<Tensor> batches, ICommunicator communicator, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(extractor);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(communicator);
        return communicator.Together(() => Accumulate(extractor, batches, progress, communicator, cancellationToken));
    }

    /// <summary>The features of all images at once, for measures that need each.</summary>
    /// <param name="extractor">The features.</param>
    /// <param name="batches">The images, uint8 [B, C, H, W] each; disposed one after the other. One at least in all.</param>
    /// <param name="progress">Told of the number of images done.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>The features, floating-point [N, D]; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">There is no image, or some do not fit the extractor.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static Tensor Features(IFeatureExtractor extractor, IEnumerable<Tensor> batches, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        Features(extractor, batches, SingleProcess.Instance, progress, cancellationToken);

    /// <summary>The features of all images that several processes share; collective.</summary>
    /// <param name="extractor">The features.</param>
    /// <param name="batches">This rank's images, uint8 [B, C, H, W] each; disposed one after the other. Some ranks may have none; one at least in all.</param>
    /// <param name="communicator">The ranks.</param>
    /// <param name="progress">Told of the number of this rank's images done.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>The features of all images in the order of the ranks, floating-point [N, D], on every rank; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">There is no image, or some do not fit the extractor.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static Tensor Features(IFeatureExtractor extractor, IEnumerable<Tensor> batches, ICommunicator communicator, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(extractor);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(communicator);
        return communicator.Together(() => Collect(extractor, batches, progress, communicator, cancellationToken));
    }

    private static FeatureStatistics Accumulate(IFeatureExtractor extractor, IEnumerable<Tensor> batches, IProgress<long>? progress, ICommunicator communicator, CancellationToken cancellationToken)
    {
        FeatureAccumulator? accumulator = null;
        try
        {
            foreach (Tensor batch in batches)
            {
                using (batch)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    using Tensor features = extractor.Extract(batch);
                    accumulator ??= new FeatureAccumulator(checked((int)features.size(1)));
                    accumulator.Add(features);
                    progress?.Report(accumulator.Count);
                }
            }

            // A rank may have had no image, and not know how many features there are.
            int dimensions = (int)communicator.AllGather([accumulator?.Dimensions ?? 0.0]).Max(rank => rank[0]);
            if (dimensions > 0) (accumulator ??= new FeatureAccumulator(dimensions)).Merge(communicator);
            if (accumulator is not { Count: >= 2 }) throw new ArgumentException($"batches must have at least 2 images, for fewer have no covariance, but have {accumulator?.Count ?? 0}.", nameof(batches));
            return accumulator.Statistics();
        }
        finally
        {
            accumulator?.Dispose();
        }
    }

    private static Tensor Collect(IFeatureExtractor extractor, IEnumerable<Tensor> batches, IProgress<long>? progress, ICommunicator communicator, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var all = new List<Tensor>();
        long count = 0;
        foreach (Tensor batch in batches)
        {
            using (batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                all.Add(extractor.Extract(batch));
                progress?.Report(count += batch.size(0));
            }
        }

        if (communicator.WorldSize > 1) return Concatenated(all, communicator, nameof(batches)).MoveToOuterDisposeScope();
        if (all.Count == 0) throw new ArgumentException("batches must have at least 1 image, but have none.", nameof(batches));
        return cat(all).MoveToOuterDisposeScope();
    }

    private static Tensor Concatenated(List<Tensor> own, ICommunicator communicator, string name)
    {
        // A rank may have had no image, and not know what features look like.
        double[] kind = own.Count == 0 ? [] : [own[0].size(1), (double)own[0].dtype];
        double[] known = communicator.AllGather(kind).FirstOrDefault(rank => rank.Length > 0) ?? throw new ArgumentException("batches must have at least 1 image, but have none.", name);
        Tensor rows = own.Count == 0 ? empty([0, (long)known[0]], (ScalarType)(sbyte)known[1]) : cat(own);
        return communicator.ConcatenateRows(rows);
    }
}
