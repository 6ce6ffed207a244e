using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Mean, variance over examples and variance over draws of a vector of quantities, a batch at a time. Holds float64 arrays, no tensor.
/// </summary>
internal sealed class RunningMoments(int quantities, int draws)
{
    /// <summary>Gets the examples so far.</summary>
    public long Examples { get; private set; }

    /// <summary>Gets the mean of each quantity.</summary>
    public double[] Means { get; private set; } = new double[quantities];

    /// <summary>Gets the sum of squares about the mean of each quantity.</summary>
    public double[] Squares { get; private set; } = new double[quantities];

    /// <summary>Gets the sum over examples of the variance between draws.</summary>
    public double[] NoiseVariances { get; private set; } = new double[quantities];

    /// <summary>Adds a batch.</summary>
    /// <param name="values">[draws, B, quantities], float64 on the CPU.</param>
    public void Add(Tensor values)
    {
        using var scope = NewDisposeScope();
        Tensor each = values.mean([0]);
        Tensor batchMean = each.mean([0]);
        double[] noiseVariances = draws > 1 ? Read(values.var(0, unbiased: true).sum([0])) : new double[quantities];
        Join(values.size(1), Read(batchMean), Read((each - batchMean).Square().sum([0])), noiseVariances);
    }

    /// <summary>Adds the examples of other moments of as many quantities and draws.</summary>
    public void Merge(RunningMoments other)
    {
        if (other.Examples > 0) Join(other.Examples, other.Means, other.Squares, other.NoiseVariances);
    }

    /// <summary>
    /// Adds the examples of all ranks to those of each. It is collective, and all ranks get the same bits: the sums are joined in the order
    /// of the ranks.
    /// </summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="kind">The numbers that must be equal on all ranks.</param>
    /// <param name="kindName">What these numbers are.</param>
    /// <param name="all">The moments, of the same examples.</param>
    /// <exception cref="DistributedException">The ranks have other numbers.</exception>
    public static void Merge(ICommunicator communicator, double[] kind, string kindName, IReadOnlyList<RunningMoments> all)
    {
        if (communicator.WorldSize == 1) return;
        double[][] kinds = communicator.AllGather(kind);
        if (kinds.Any(other => !other.SequenceEqual(kind)))
        {
            throw new DistributedException(
                $"All ranks must have sums of the same {kindName}, but have "
                + $"{string.Join(", ", kinds.Select(other => string.Join(" and ", other)))}.");
        }

        double[][] ranks = communicator.AllGather(
            [all[0].Examples, .. all.SelectMany(sum => sum.Means.Concat(sum.Squares).Concat(sum.NoiseVariances))]);
        foreach (RunningMoments moments in all) moments.Restore(0, moments.Zeros, moments.Zeros, moments.Zeros);
        foreach (double[] rank in ranks)
        {
            int place = 1;
            foreach (RunningMoments moments in all)
            {
                double[] Next() => rank[place..(place += moments.Means.Length)];
                double[] means = Next(), squares = Next(), noiseVariances = Next();
                if (rank[0] > 0) moments.Join((long)rank[0], means, squares, noiseVariances);
            }
        }
    }

    /// <summary>Puts back what was saved.</summary>
    public void Restore(long examples, double[] means, double[] squares, double[] noiseVariances) =>
        (Examples, Means, Squares, NoiseVariances) = (examples, means, squares, noiseVariances);

    public ImmutableArray<Estimate> Estimates() => [.. Enumerable.Range(0, quantities).Select(Estimate)];

    private double[] Zeros => new double[quantities];

    private void Join(long count, double[] means, double[] squares, double[] noiseVariances)
    {
        long all = Examples + count;
        for (int i = 0; i < quantities; i++)
        {
            // Chan, Golub and LeVeque 1979: no cancellation however large the mean.
            double delta = means[i] - Means[i];
            Means[i] += delta * count / all;
            Squares[i] += squares[i] + delta * delta * Examples * count / all;
            NoiseVariances[i] += noiseVariances[i];
        }

        Examples = all;
    }

    private Estimate Estimate(int i) => new(
        Means[i],
        Examples > 1 ? Math.Sqrt(Squares[i] / (Examples - 1) / Examples) : double.NaN,
        draws > 1 ? Math.Sqrt(NoiseVariances[i] / draws) / Examples : double.NaN);

    private static double[] Read(Tensor values) => values.contiguous().data<double>().ToArray();
}
