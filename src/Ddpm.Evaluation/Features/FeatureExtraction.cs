using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>Extracts the features of many images, batch by batch.</summary>
public static class FeatureExtraction
{
    /// <summary>
    /// Computes the statistics of the features of images, in memory for one batch and D² numbers. Several processes sum their shares once
    /// at the end.
    /// </summary>
    /// <param name="extractor">The extractor of the features.</param>
    /// <param name="batches">
    /// The images, uint8 [B, C, H, W] each; disposed one after the other; at least two images. With several processes, each passes its
    /// share, which may be empty.
    /// </param>
    /// <param name="communicator">The processes that share the images; the call is collective. Default: a single process.</param>
    /// <param name="progress">Receives the number of this process's images done.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>The statistics of all images, in every process; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">There are fewer than 2 images, or some do not fit the extractor.</exception>
    /// <exception cref="DistributedException">The processes have different numbers of features.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static FeatureStatistics Statistics(
        IFeatureExtractor extractor, IEnumerable<Tensor> batches, ICommunicator? communicator = null, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(extractor);
        ArgumentNullException.ThrowIfNull(batches);
        ICommunicator ranks = communicator ?? SingleProcess.Instance;
        return ranks.Together(() => Accumulate(extractor, batches, progress, ranks, cancellationToken));
    }

    /// <summary>Extracts the features of all images at once, for measures that need each of them.</summary>
    /// <param name="extractor">The extractor of the features.</param>
    /// <param name="batches">
    /// The images, uint8 [B, C, H, W] each; disposed one after the other; at least one image. With several processes, each passes its
    /// share, which may be empty.
    /// </param>
    /// <param name="communicator">The processes that share the images; the call is collective. Default: a single process.</param>
    /// <param name="progress">Receives the number of this process's images done.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>
    /// The features of all images in the order of the processes, floating-point [N, D], in every process; a fresh tensor.
    /// </returns>
    /// <exception cref="ArgumentException">There is no image, or some do not fit the extractor.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static Tensor Features(
        IFeatureExtractor extractor, IEnumerable<Tensor> batches, ICommunicator? communicator = null, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(extractor);
        ArgumentNullException.ThrowIfNull(batches);
        ICommunicator ranks = communicator ?? SingleProcess.Instance;
        return ranks.Together(() => Collect(extractor, batches, progress, ranks, cancellationToken));
    }

    private static FeatureStatistics Accumulate(IFeatureExtractor extractor, IEnumerable<Tensor> batches, IProgress<long>? progress,
        ICommunicator communicator, CancellationToken cancellationToken)
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
            if (accumulator is not { Count: >= 2 })
            {
                throw new ArgumentException("batches must have at least 2 images, for fewer have no covariance, but have " +
                    $"{accumulator?.Count ?? 0}.", nameof(batches));
            }

            return accumulator.Statistics();
        }
        finally
        {
            accumulator?.Dispose();
        }
    }

    private static Tensor Collect(IFeatureExtractor extractor, IEnumerable<Tensor> batches, IProgress<long>? progress,
        ICommunicator communicator, CancellationToken cancellationToken)
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
        double[] known = communicator.AllGather(kind).FirstOrDefault(rank => rank.Length > 0)
            ?? throw new ArgumentException("batches must have at least 1 image, but have none.", name);
        Tensor rows = own.Count == 0 ? empty([0, (long)known[0]], (ScalarType)(sbyte)known[1]) : cat(own);
        return communicator.ConcatenateRows(rows);
    }
}
