using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Batches of an <see cref="ImageDataset"/>: every epoch passes over all images once, in an order of its own that the seed decides. Epochs follow
/// each other without a gap, so that no image is left out where the batch does not divide the data, and a batch may be larger than the data.
/// </summary>
public sealed class ShuffledBatches : IBatchSource
{
    private readonly ImageDataset dataset;
    private readonly long seed;
    private readonly Dictionary<long, long[]> orders = [];

    /// <summary>Batches of a data set.</summary>
    /// <param name="dataset">The images; not disposed with the batches.</param>
    /// <param name="batchSize">The number of images in a batch. Range: ≥ 1.</param>
    /// <param name="seed">Decides the order and the flips.</param>
    /// <param name="flip">Whether each image is mirrored left to right with probability ½, as the paper does for CIFAR-10. Wrong for digits and letters.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is below 1.</exception>
    public ShuffledBatches(ImageDataset dataset, int batchSize, long seed, bool flip = false)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        this.dataset = dataset;
        this.seed = seed;
        BatchSize = batchSize;
        Flip = flip;
    }

    /// <inheritdoc/>
    public int BatchSize { get; }

    /// <summary>Whether images are mirrored at random.</summary>
    public bool Flip { get; }

    /// <inheritdoc/>
    public string Identity => FormattableString.Invariant($"{nameof(ShuffledBatches)} of {BatchSize} from {dataset.Count} images [{string.Join(", ", dataset.Shape)}], seed {seed}, {(Flip ? "flipped" : "not flipped")}");

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="number"/> is negative.</exception>
    public Tensor Batch(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        long first = checked(number * BatchSize);
        var indices = new long[BatchSize];
        for (int i = 0; i < indices.Length; i++) indices[i] = ImageAt(first + i);

        using var scope = NewDisposeScope();
        Tensor images = dataset.Images(indices).to(float32).div_(127.5).sub_(1);
        if (Flip) images = where(Flips(first), images.flip(3), images);
        return images.MoveToOuterDisposeScope();
    }

    /// <summary>The image at a position of the endless sequence of shuffled epochs.</summary>
    private long ImageAt(long position)
    {
        (long epoch, long place) = Math.DivRem(position, dataset.Count);
        lock (orders)
        {
            if (!orders.TryGetValue(epoch, out long[]? order))
            {
                // A batch touches the current epoch and those after it; what lies before is not needed again in a run.
                foreach (long passed in orders.Keys.Where(key => key < epoch - 1).ToArray()) orders.Remove(passed);
                orders[epoch] = order = Order(epoch);
            }

            return order[place];
        }
    }

    /// <summary>The order of an epoch: Fisher and Yates's shuffle.</summary>
    private long[] Order(long epoch)
    {
        var random = new CounterBasedRandom(RandomPurpose.Order.Seed(seed), epoch, 0);
        long[] order = [.. Enumerable.Range(0, dataset.Count).Select(i => (long)i)];
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = (int)random.UniformBelow((uint)i, i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private Tensor Flips(long first)
    {
        bool[] flips = [.. Enumerable.Range(0, BatchSize).Select(i => new CounterBasedRandom(RandomPurpose.Flip.Seed(seed), first + i, 0).UniformBelow(0, 2) == 1)];
        return tensor(flips).reshape(BatchSize, 1, 1, 1);
    }
}
