using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Computes the mean and covariance of features that come batch by batch, in memory for D² + 1,025·D numbers: sums of squares about the
/// mean, joined by the formula of Chan, Golub and LeVeque (1979), which loses no digits where the mean is large. Accumulators of several
/// processes can be merged. It is not thread-safe; dispose it to free the sums.
/// </summary>
public sealed class FeatureAccumulator : IDisposable
{
    private const long Block = 256, Rows = 1024;

    // Features that are added together, as products of few rows take twice the time. The last row is for the difference of two means.
    private readonly Tensor waiting;
    private readonly Tensor mean;

    // Σ (x - mean)(x - mean)ᵀ; blocks below the diagonal are not kept.
    private readonly Tensor scatter;
    private long waitingCount;

    /// <summary>Creates sums of no samples.</summary>
    /// <param name="dimensions">D, the number of features. Range: ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dimensions"/> is below 1.</exception>
    public FeatureAccumulator(int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        TorchRuntime.EnsureLoaded();
        Dimensions = dimensions;
        waiting = empty([Rows + 1, dimensions], float64).DetachFromDisposeScope();
        mean = zeros([dimensions], float64).DetachFromDisposeScope();
        scatter = zeros([dimensions, dimensions], float64).DetachFromDisposeScope();
    }

    /// <summary>Gets D, the number of features.</summary>
    public int Dimensions { get; }

    /// <summary>Gets the number of samples so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds the features of samples.</summary>
    /// <param name="features">The features, floating-point [N, D] with N ≥ 1, all finite.</param>
    /// <exception cref="ArgumentException">The features have another shape or type, or are not finite; nothing has changed.</exception>
    public void Add(Tensor features)
    {
        ArgumentNullException.ThrowIfNull(features);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Distances.Check(features, nameof(features));
        if (features.size(1) != Dimensions)
        {
            throw new ArgumentException($"features must have the shape [N, {Dimensions}], but has [{string.Join(", ", features.shape)}].",
                nameof(features));
        }

        long count = features.size(0);
        for (long done = 0, some; done < count; done += some)
        {
            some = Math.Min(count - done, Rows - waitingCount);
            waiting.narrow(0, waitingCount, some).copy_(features.narrow(0, done, some));
            waitingCount += some;
            Count += some;
            if (waitingCount == Rows) AddWaiting();
        }
    }

    /// <summary>Adds the samples of another accumulator, which does not change.</summary>
    /// <param name="other">The other accumulator.</param>
    /// <exception cref="ArgumentException">The other has another number of features.</exception>
    public void Merge(FeatureAccumulator other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Dimensions != Dimensions)
        {
            throw new ArgumentException($"other must be of {Dimensions} features, but is of {other.Dimensions}.", nameof(other));
        }

        if (other.Count == 0) return;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        AddWaiting();
        other.AddWaiting();
        Join(other.Count, other.mean.clone(), other.scatter.clone());
    }

    /// <summary>
    /// Adds the samples of all ranks. Call it once, after each rank has added its share. It is collective, and all ranks get the same
    /// numbers, which differ from those of one process only by rounding.
    /// </summary>
    /// <param name="communicator">The ranks.</param>
    /// <exception cref="DistributedException">The ranks have different numbers of features.</exception>
    public void Merge(ICommunicator communicator)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        if (communicator.WorldSize == 1) return;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        AddWaiting();
        double[][] all = communicator.AllGather([Dimensions, Count]);
        if (all.Any(rank => rank[0] != Dimensions))
        {
            throw new DistributedException(
                $"All ranks must have the same number of features, but have {string.Join(", ", all.Select(rank => rank[0]))}.");
        }

        long total = all.Sum(rank => (long)rank[1]);
        if (total == 0) return;
        // The same formula for many at once: Σ (scatter + n (mean - m)(mean - m)ᵀ) about the joint mean m.
        Tensor joint = mean.Times(Count);
        communicator.SumInPlace(joint);
        joint.DivideInPlace(total);
        Tensor difference = mean - joint, joined = outer(difference, difference).MultiplyInPlace(Count).AddInPlace(scatter);
        communicator.SumInPlace(joined);
        mean.copy_(joint);
        scatter.copy_(joined);
        Count = total;
    }

    /// <summary>Computes the statistics of all samples so far.</summary>
    /// <returns>The statistics; the caller disposes them.</returns>
    /// <exception cref="InvalidOperationException">There are fewer than 2 samples, which have no covariance.</exception>
    public FeatureStatistics Statistics()
    {
        if (Count < 2)
        {
            throw new InvalidOperationException($"A covariance needs at least 2 samples, but there {(Count == 1 ? "is 1" : "are 0")}.");
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        AddWaiting();
        Tensor covariance = scatter.Over(Count - 1);
        for (long first = 0; first < Dimensions; first += Block)
        {
            long width = Math.Min(Block, Dimensions - first), after = first + width, rest = Dimensions - after;
            Tensor rows = covariance.narrow(0, first, width), square = rows.narrow(1, first, width);
            square.copy_(square.Plus(square.t()).Over(2));
            covariance.narrow(0, after, rest).narrow(1, first, width).copy_(rows.narrow(1, after, rest).t());
        }

        return new FeatureStatistics(mean.clone(), covariance, Dimensions, Count);
    }

    /// <summary>Frees the sums.</summary>
    public void Dispose()
    {
        waiting.Dispose();
        mean.Dispose();
        scatter.Dispose();
    }

    private void AddWaiting()
    {
        if (waitingCount == 0) return;
        using var scope = NewDisposeScope();
        long before = Count - waitingCount;
        Tensor rows = waiting.narrow(0, 0, waitingCount), batchMean = rows.mean([0]), difference = batchMean - mean;
        rows.sub_(batchMean);
        if (before > 0)
        {
            // What the two means differ by is one row more, so that a single product adds all.
            waiting.narrow(0, waitingCount, 1).copy_(difference.Times(Math.Sqrt((double)before / Count * waitingCount)));
            rows = waiting.narrow(0, 0, waitingCount + 1);
        }

        AddSquares(rows);
        mean.AddInPlace(difference, (double)waitingCount / Count);
        waitingCount = 0;
    }

    // Adds rowsᵀ rows. It is symmetric: of the blocks only those on and above the diagonal are computed.
    private void AddSquares(Tensor rows)
    {
        for (long first = 0; first < Dimensions; first += Block)
        {
            long width = Math.Min(Block, Dimensions - first), rest = Dimensions - first;
            Tensor left = rows.narrow(1, first, width).t(), right = rows.narrow(1, first, rest);
            scatter.narrow(0, first, width).narrow(1, first, rest).addmm_(left, right, 1, 1);
        }
    }

    private void Join(long count, Tensor otherMean, Tensor otherScatter)
    {
        long total = Count + count;
        Tensor difference = otherMean - mean;
        scatter.AddInPlace(otherScatter).AddInPlace(outer(difference, difference), (double)Count / total * count);
        mean.AddInPlace(difference, (double)count / total);
        Count = total;
    }
}
