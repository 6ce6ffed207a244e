using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// Draws timesteps in proportion to the root mean square of their last losses, which lowers the variance of L_vlb (Nichol and Dhariwal
/// 2021, arXiv:2102.09672, eq. 18); draws are uniform until every timestep has been seen often enough. It is not thread-safe.
/// </summary>
public sealed class LossSecondMomentTimesteps : ITimestepSampler
{
    private readonly double[][] history;
    private readonly int[] seen;

    /// <summary>Creates a sampler over T timesteps.</summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <param name="historyLength">
    /// How many of a timestep's last losses count. The first non-uniform draw needs as many for every timestep. Range: ≥ 1.
    /// </param>
    /// <param name="uniformProbability">The share of draws that stays uniform, so that no timestep is forgotten. Range: 0 … 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public LossSecondMomentTimesteps(int timesteps, int historyLength = 10, double uniformProbability = 0.001)
    {
        Require.AtLeast(timesteps, 1);
        HistoryLength = Require.AtLeast(historyLength, 1);
        UniformProbability = Require.UnitInterval(uniformProbability);
        history = [.. Enumerable.Range(0, timesteps).Select(_ => new double[historyLength])];
        seen = new int[timesteps];
    }

    /// <summary>Gets how many of a timestep's last losses count.</summary>
    public int HistoryLength { get; }

    /// <summary>Gets the share of draws that stays uniform.</summary>
    public double UniformProbability { get; }

    /// <summary>Gets whether every timestep has been seen often enough for draws that are not uniform.</summary>
    public bool IsWarmedUp => Array.TrueForAll(seen, count => count >= HistoryLength);

    /// <summary>Gets the probability p_t of each timestep at the next draw.</summary>
    public ImmutableArray<double> Probabilities
    {
        get
        {
            int timesteps = history.Length;
            if (!IsWarmedUp) return [.. Enumerable.Repeat(1.0 / timesteps, timesteps)];
            double[] roots = [.. history.Select(losses => Math.Sqrt(losses.Average(loss => loss * loss)))];
            double sum = roots.Sum();
            // Losses that are all zero say nothing: uniform.
            return sum == 0
                ? [.. Enumerable.Repeat(1.0 / timesteps, timesteps)]
                : [.. roots.Select(root => (1 - UniformProbability) * root / sum + UniformProbability / timesteps)];
        }
    }

    /// <inheritdoc/>
    public TimestepDraw Draw(long seed, int trainingStep, int count)
    {
        Require.AtLeast(count, 1);
        ImmutableArray<double> probabilities = Probabilities;
        double sum = 0;
        double[] cumulative = [.. probabilities.Select(p => sum += p)];
        long[] drawn = [.. Enumerable.Range(0, count)
            .Select(place => (long)Find(cumulative, new CounterBasedRandom(seed, place, trainingStep).Uniform(0) * sum))];
        return new TimestepDraw([.. drawn], [.. drawn.Select(t => 1 / (probabilities.Length * probabilities[(int)t]))]);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The number of losses differs from the number of timesteps, or a loss is not finite; nothing has changed.
    /// </exception>
    public void Observe(TimestepDraw draw, ReadOnlySpan<double> losses)
    {
        ArgumentNullException.ThrowIfNull(draw);
        if (losses.Length != draw.Timesteps.Length)
        {
            throw new ArgumentException($"losses must have one for each of the {draw.Timesteps.Length} timesteps, but has {losses.Length}.",
                nameof(losses));
        }

        for (int i = 0; i < losses.Length; i++)
        {
            if (!double.IsFinite(losses[i]))
            {
                throw new ArgumentException($"losses must be finite, but losses[{i}] is {losses[i]}.", nameof(losses));
            }
        }

        for (int i = 0; i < losses.Length; i++)
        {
            int t = (int)draw.Timesteps[i];
            history[t][seen[t] % HistoryLength] = losses[i];
            // Modulo the length, so that it never overflows, but never back below it.
            seen[t] = seen[t] + 1 >= 2 * HistoryLength ? HistoryLength : seen[t] + 1;
        }
    }

    /// <inheritdoc/>
    public double[] Save() => [.. seen.Select(count => (double)count), .. history.SelectMany(losses => losses)];

    /// <inheritdoc/>
    public void Restore(ReadOnlySpan<double> state)
    {
        if (state.Length != seen.Length * (1 + HistoryLength))
        {
            throw new ArgumentException($"state must have {seen.Length * (1 + HistoryLength)} numbers for {seen.Length} timesteps and a " +
                $"history of {HistoryLength}, but has {state.Length}.", nameof(state));
        }

        for (int i = 0; i < state.Length; i++)
        {
            bool valid = i < seen.Length ? state[i] >= 0 && state[i] < 2 * HistoryLength && state[i] % 1 == 0 : double.IsFinite(state[i]);
            string expected = i < seen.Length ? $"a whole number from 0 to {2 * HistoryLength - 1}" : "finite";
            if (!valid) throw new ArgumentException($"state[{i}] must be {expected}, but is {state[i]}.", nameof(state));
        }

        for (int t = 0; t < seen.Length; t++)
        {
            seen[t] = (int)state[t];
            state.Slice(seen.Length + t * HistoryLength, HistoryLength).CopyTo(history[t]);
        }
    }

    private static int Find(double[] cumulative, double position)
    {
        int index = Array.BinarySearch(cumulative, position);
        // A hit on a boundary belongs to the next timestep, whose interval begins there.
        return Math.Min(index >= 0 ? index + 1 : ~index, cumulative.Length - 1);
    }
}
