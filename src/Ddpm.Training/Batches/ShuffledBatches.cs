using System.Runtime.InteropServices;
using Ddpm.Core;
using Ddpm.Data;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Makes batches of a data set: every epoch uses all examples once, in an order that depends on the seed and the epoch. Epochs follow each
/// other without a gap, so that no example is left out if the batch size does not divide the data, and a batch may be larger than the data.
/// </summary>
public sealed class ShuffledBatches : IBatchSource
{
    private readonly IDataset dataset;
    private readonly long seed;
    private readonly Dictionary<long, long[]> orders = [];

    /// <summary>Creates batches of a data set.</summary>
    /// <param name="dataset">The examples; not disposed with the batches.</param>
    /// <param name="batchSize">The number of examples in a batch. Range: ≥ 1.</param>
    /// <param name="seed">Decides the order and the flips.</param>
    /// <param name="flip">
    /// Whether each image is mirrored left to right with probability ½, as the paper does for CIFAR-10. Wrong for digits and letters.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is below 1.</exception>
    /// <exception cref="ArgumentException"><paramref name="flip"/> is true for examples that are not images.</exception>
    public ShuffledBatches(IDataset dataset, int batchSize, long seed, bool flip = false)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        TorchRuntime.EnsureLoaded();
        if (dataset.Count < 1) throw new ArgumentException("dataset must have at least one example, but is empty.", nameof(dataset));
        if (flip && dataset.Shape.Count != 3)
        {
            throw new ArgumentException(
                $"flip must be false for examples that are not images [C, H, W], but theirs is [{string.Join(", ", dataset.Shape)}].",
                nameof(flip));
        }

        this.dataset = dataset;
        this.seed = seed;
        BatchSize = batchSize;
        Flip = flip;
    }

    /// <inheritdoc/>
    public int BatchSize { get; }

    /// <summary>Gets whether images are mirrored at random.</summary>
    public bool Flip { get; }

    /// <inheritdoc/>
    public string Identity =>
        FormattableString.Invariant(
            $"{nameof(ShuffledBatches)} of {BatchSize} from {dataset.Identity}, seed {seed}, {(Flip ? "flipped" : "not flipped")}");

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="number"/> is negative.</exception>
    public TrainingBatch Batch(long number) => Part(number, 0, BatchSize);

    /// <inheritdoc/>
    /// <remarks>No other example is read.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public TrainingBatch Part(long number, int first, int count)
    {
        BatchPart.Require(number, first, count, BatchSize, "example");
        long position = checked(number * BatchSize) + first;
        var labels = new long[count];
        Tensor x0 = empty([count, .. dataset.Shape], float32).DetachFromDisposeScope();
        try
        {
            // The one copy there is: from the data set's bytes or numbers into the batch.
            int size = checked((int)(x0.numel() / count));
            for (int place = 0; place < count; place++)
            {
                Span<float> example = MemoryMarshal.Cast<byte, float>(x0.bytes).Slice(place * size, size);
                labels[place] = dataset.Read(ExampleAt(position + place), example);
                if (Flip && IsFlipped(position + place)) Mirror(example, (int)dataset.Shape[^1]);
            }

            return new TrainingBatch(x0, dataset.ClassCount > 0 ? labels : null);
        }
        catch
        {
            x0.Dispose();
            throw;
        }
    }

    private static void Mirror(Span<float> image, int width)
    {
        for (int row = 0; row < image.Length; row += width) image.Slice(row, width).Reverse();
    }

    /// <summary>The example at a position of the endless sequence of shuffled epochs.</summary>
    private long ExampleAt(long position)
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

    private bool IsFlipped(long position) => new CounterBasedRandom(RandomPurpose.Flip.Seed(seed), position, 0).UniformBelow(0, 2) == 1;
}
