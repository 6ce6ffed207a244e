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
    public static FeatureStatistics Statistics(IFeatureExtractor extractor, IEnumerable<Tensor> batches, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(extractor);
        ArgumentNullException.ThrowIfNull(batches);
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

            if (accumulator is not { Count: >= 2 }) throw new ArgumentException($"batches must have at least 2 images, for fewer have no covariance, but have {accumulator?.Count ?? 0}.", nameof(batches));
            return accumulator.Statistics();
        }
        finally
        {
            accumulator?.Dispose();
        }
    }

    /// <summary>The features of all images at once, for measures that need each.</summary>
    /// <param name="extractor">The features.</param>
    /// <param name="batches">The images, uint8 [B, C, H, W] each; disposed one after the other. One at least in all.</param>
    /// <param name="progress">Told of the number of images done.</param>
    /// <param name="cancellationToken">Stops the computation.</param>
    /// <returns>The features, floating-point [N, D]; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">There is no image, or some do not fit the extractor.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static Tensor Features(IFeatureExtractor extractor, IEnumerable<Tensor> batches, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(extractor);
        ArgumentNullException.ThrowIfNull(batches);
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

        if (all.Count == 0) throw new ArgumentException("batches must have at least 1 image, but have none.", nameof(batches));
        return cat(all).MoveToOuterDisposeScope();
    }
}
