using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>Turns data sets and samples into batches of images for measures, uint8 [B, C, H, W].</summary>
public static class DatasetBatches
{
    /// <summary>Returns the images of a data set in order.</summary>
    /// <param name="data">The images, of shape [C, H, W] with C = 1 or 3.</param>
    /// <param name="batchSize">The number of images in a batch. Range: ≥ 1.</param>
    /// <param name="first">The number of the first image. Range: 0 … the data set's size - 1.</param>
    /// <param name="count">The number of images in all; null: the rest. Range: 1 … the examples from the first on.</param>
    /// <returns>The batches; the receiver disposes each, as <see cref="FeatureExtraction"/> does.</returns>
    /// <exception cref="ArgumentException">The examples are not images, or a number is out of range.</exception>
    public static IEnumerable<Tensor> Images(IDataset data, int batchSize = 64, int first = 0, int? count = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        TorchRuntime.EnsureLoaded();
        if (data.Shape is not [1 or 3, _, _])
        {
            throw new ArgumentException($"data must hold images [1, H, W] or [3, H, W], but holds [{string.Join(", ", data.Shape)}].",
                nameof(data));
        }

        if (first < 0 || first >= data.Count)
        {
            throw new ArgumentOutOfRangeException(nameof(first), first, $"first must be 0 … {data.Count - 1}, but is {first}.");
        }

        int all = count ?? data.Count - first;
        if (all < 1 || all > data.Count - first)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count,
                $"count must be 1 … {data.Count - first}, what is there from the first on, but is {count}.");
        }

        return Batches();

        IEnumerable<Tensor> Batches()
        {
            for (int done = 0; done < all; done += batchSize)
            {
                using Tensor values = Examples(data, first + done, Math.Min(batchSize, all - done));
                yield return PixelConversion.ToBytes(values);
            }
        }
    }

    /// <summary>Returns the images that a sampler draws, batch after batch.</summary>
    /// <param name="batches">
    /// The result of <see cref="DiffusionSampler.Batches"/> gives; each is disposed after its conversion to bytes.
    /// </param>
    /// <param name="rounding">The rounding of values to bytes; it changes FID slightly.</param>
    /// <returns>The batches; the receiver disposes each, as <see cref="FeatureExtraction"/> does.</returns>
    public static IEnumerable<Tensor> Images(IEnumerable<SampleBatch> batches, PixelRounding rounding = PixelRounding.Nearest)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return batches.Select(batch =>
        {
            using (batch) return PixelConversion.ToBytes(batch.Samples, rounding);
        });
    }

    /// <summary>Examples first, first + 1, …, float32 [count, …].</summary>
    internal static Tensor Examples(IDataset data, int first, int count)
    {
        int size = checked((int)data.Shape.Aggregate(1L, (product, axis) => product * axis));
        var values = new float[count * (long)size];
        for (int i = 0; i < count; i++) data.Read(first + i, values.AsSpan(i * size, size));
        return tensor(values, [count, .. data.Shape]);
    }
}
