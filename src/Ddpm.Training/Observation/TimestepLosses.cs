using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Computes the mean loss of timesteps in equal intervals of 0 … T-1. The mean over all timesteps hides this: the loss of an early timestep
/// is a hundred times that of a late one.
/// </summary>
public sealed class TimestepLosses
{
    private readonly double[] sums;
    private readonly long[] counts;

    /// <summary>Creates empty sums.</summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <param name="buckets">The number of intervals. Range: 1 … T.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public TimestepLosses(int timesteps, int buckets = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timesteps, 1);
        if (buckets < 1 || buckets > timesteps)
        {
            throw new ArgumentOutOfRangeException(nameof(buckets), buckets, $"buckets must be 1 … {timesteps}, but is {buckets}.");
        }

        Timesteps = timesteps;
        sums = new double[buckets];
        counts = new long[buckets];
    }

    /// <summary>Gets T, the number of timesteps.</summary>
    public int Timesteps { get; }

    /// <summary>Gets the number of intervals.</summary>
    public int Buckets => sums.Length;

    /// <summary>The sums of all stretches, then their counts.</summary>
    internal double[] Sums => [.. sums, .. counts.Select(count => (double)count)];

    /// <summary>Adds a step's losses.</summary>
    /// <param name="training">The result of the step.</param>
    public void Add(TrainingStep training)
    {
        for (int i = 0; i < training.Timesteps.Length; i++)
        {
            int bucket = (int)(training.Timesteps[i] * Buckets / Timesteps);
            sums[bucket] += training.Losses[i];
            counts[bucket]++;
        }
    }

    /// <summary>Adds what <see cref="Sums"/> gave.</summary>
    internal void Add(ReadOnlySpan<double> saved)
    {
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            sums[bucket] += saved[bucket];
            counts[bucket] += (long)saved[Buckets + bucket];
        }
    }

    /// <summary>Adds the losses of the other ranks; collective.</summary>
    /// <param name="communicator">The ranks, each with losses of the same T and number of intervals.</param>
    public void Merge(ICommunicator communicator)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        if (communicator.WorldSize == 1) return;
        using Tensor all = tensor(Sums, float64).DetachFromDisposeScope();
        communicator.SumInPlace(all);
        double[] merged = all.data<double>().ToArray();
        merged.AsSpan(0, Buckets).CopyTo(sums);
        for (int bucket = 0; bucket < Buckets; bucket++) counts[bucket] = (long)merged[Buckets + bucket];
    }

    /// <summary>Returns the timesteps of an interval.</summary>
    /// <param name="bucket">The index of the interval. Range: 0 ≤ b &lt; <see cref="Buckets"/>.</param>
    /// <returns>The first and the last timestep.</returns>
    public (int First, int Last) Range(int bucket)
    {
        // t belongs to bucket ⌊t B / T⌋: the first t of b is ⌈b T / B⌉.
        int First(int b) => (int)(((long)b * Timesteps + Buckets - 1) / Buckets);
        return (First(bucket), First(bucket + 1) - 1);
    }

    /// <summary>Returns the number of losses in an interval.</summary>
    /// <param name="bucket">The index of the interval. Range: 0 ≤ b &lt; <see cref="Buckets"/>.</param>
    /// <returns>The number of losses.</returns>
    public long Count(int bucket) => counts[bucket];

    /// <summary>Returns the mean loss of an interval.</summary>
    /// <param name="bucket">The index of the interval. Range: 0 ≤ b &lt; <see cref="Buckets"/>.</param>
    /// <returns>The mean; NaN without losses.</returns>
    public double Mean(int bucket) => sums[bucket] / counts[bucket];

    /// <summary>Forgets all losses.</summary>
    public void Clear()
    {
        Array.Clear(sums);
        Array.Clear(counts);
    }
}
