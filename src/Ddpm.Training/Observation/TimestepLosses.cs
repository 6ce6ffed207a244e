using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// The mean loss of the timesteps in equal stretches of 0 … T-1: what the mean over all hides, for the loss of an early timestep is a
/// hundred times that of a late one.
/// </summary>
public sealed class TimestepLosses
{
    private readonly double[] sums;
    private readonly long[] counts;

    /// <summary>Creates empty sums.</summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <param name="buckets">The number of stretches. Range: 1 … T.</param>
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

    /// <summary>T.</summary>
    public int Timesteps { get; }

    /// <summary>The number of stretches.</summary>
    public int Buckets => sums.Length;

    /// <summary>The sums of all stretches, then their counts.</summary>
    internal double[] Sums => [.. sums, .. counts.Select(count => (double)count)];

    /// <summary>Adds a step's losses.</summary>
    /// <param name="training">What the step did.</param>
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
    /// <param name="communicator">The ranks, each with losses of the same T and number of stretches.</param>
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

    /// <summary>The timesteps of a stretch.</summary>
    /// <param name="bucket">Which. Range: 0 ≤ b &lt; <see cref="Buckets"/>.</param>
    /// <returns>The first and the last.</returns>
    public (int First, int Last) Range(int bucket)
    {
        // t belongs to bucket ⌊t B / T⌋: the first t of b is ⌈b T / B⌉.
        int First(int b) => (int)(((long)b * Timesteps + Buckets - 1) / Buckets);
        return (First(bucket), First(bucket + 1) - 1);
    }

    /// <summary>The number of losses of a stretch.</summary>
    /// <param name="bucket">Which. Range: 0 ≤ b &lt; <see cref="Buckets"/>.</param>
    /// <returns>The number.</returns>
    public long Count(int bucket) => counts[bucket];

    /// <summary>The mean loss of a stretch.</summary>
    /// <param name="bucket">Which. Range: 0 ≤ b &lt; <see cref="Buckets"/>.</param>
    /// <returns>The mean; NaN where there was none.</returns>
    public double Mean(int bucket) => sums[bucket] / counts[bucket];

    /// <summary>Forgets all losses.</summary>
    public void Clear()
    {
        Array.Clear(sums);
        Array.Clear(counts);
    }
}
