using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>
/// Chooses the timesteps of T that a shorter run visits, for <see cref="RespacedSchedule"/>, by every published rule: ascending, each
/// timestep once, exactly the requested number. Halves round to even, as in the programs that the rules come from.
/// </summary>
public static class TimestepSpacing
{
    /// <summary>
    /// The largest noise σ = √((1-ᾱ)/ᾱ) that <see cref="KnownSpacings.Karras"/> gives a step: 200. The linear schedule of the paper ends at
    /// 157, the cosine schedule at 20,000, where most of few steps would otherwise lie and nothing of a sample is decided.
    /// </summary>
    public const double LargestNoise = 200;

    /// <summary>
    /// Returns the timesteps 0, T/n, 2 T/n, … (rounded down) plus an offset: "leading" of diffusers (there with offset 0 or 1).
    /// </summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <param name="count">n. Range: 1 ≤ n ≤ T.</param>
    /// <param name="offset">Added to each. Range: ≥ 0, and the last timestep must stay below T.</param>
    /// <returns>The timesteps.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static ImmutableArray<int> Leading(int timesteps, int count, int offset = 0)
    {
        RequireCount(timesteps, count);
        int stride = timesteps / count;
        int last = (count - 1) * stride + Require.AtLeast(offset, 0);
        if (last >= timesteps)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset,
                $"offset must leave the last timestep below {timesteps}, but puts it at {last}.");
        }

        return Table(count, i => i * stride + offset);
    }

    /// <summary>
    /// Returns the timesteps T - 1, T - 1 - T/n, … (rounded): "trailing" of diffusers (Lin et al. 2023, arXiv:2305.08891). For 62 values of
    /// n at T = 1000 diffusers also visits a timestep -1; here there are always n.
    /// </summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <param name="count">n. Range: 1 ≤ n ≤ T.</param>
    /// <returns>The timesteps.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static ImmutableArray<int> Trailing(int timesteps, int count)
    {
        RequireCount(timesteps, count);
        // The stride as numpy.arange has it, so that halves fall on the same side.
        double stride = timesteps + -(double)timesteps / count - timesteps;
        return Table(count, i => Round(timesteps + (count - 1 - i) * stride) - 1);
    }

    /// <summary>Returns n numbers evenly from 0 to T - 1, both included, rounded: "linspace" of diffusers. With n = 1 only 0.</summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <param name="count">n. Range: 1 ≤ n ≤ T.</param>
    /// <returns>The timesteps.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static ImmutableArray<int> Linspace(int timesteps, int count)
    {
        RequireCount(timesteps, count);
        return Table(count, i => Round(Spacing.Linear(0, timesteps - 1, count, i)));
    }

    /// <summary>
    /// Squares of n numbers evenly from 0 to √(0.8 T), rounded down, denser where there is little noise: "quad" of DDIM (Song et al. 2020,
    /// arXiv:2010.02502, appendix D.2). Where two would coincide, which DDIM's own code lets happen, the later one moves up, so that there
    /// are n.
    /// </summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <param name="count">n. Range: 1 ≤ n ≤ T.</param>
    /// <returns>The timesteps.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static ImmutableArray<int> Quadratic(int timesteps, int count)
    {
        RequireCount(timesteps, count);
        double end = Math.Sqrt(timesteps * 0.8);
        int previous = -1;
        return Table(count, i =>
        {
            double root = Spacing.Linear(0, end, count, i);
            return previous = Math.Max(previous + 1, (int)(root * root));
        });
    }

    /// <summary>
    /// Divides T into one section of equal length per count, and strides each evenly from its first timestep to its last:
    /// improved-diffusion (arXiv:2102.09672), where one count of n is its spacing "n".
    /// </summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <param name="counts">How many timesteps remain of each section. Range: each from 1 to the length of its section.</param>
    /// <returns>The timesteps.</returns>
    /// <exception cref="ArgumentOutOfRangeException">T is below 1.</exception>
    /// <exception cref="ArgumentException">There is no section, or a count is out of range.</exception>
    public static ImmutableArray<int> Sections(int timesteps, params int[] counts)
    {
        Require.AtLeast(timesteps, 1);
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Length == 0 || counts.Length > timesteps)
        {
            throw new ArgumentException($"counts must name 1 … {timesteps} sections, but names {counts.Length}.", nameof(counts));
        }

        var retained = ImmutableArray.CreateBuilder<int>();
        int start = 0;
        for (int section = 0; section < counts.Length; section++)
        {
            int size = timesteps / counts.Length + (section < timesteps % counts.Length ? 1 : 0), count = counts[section];
            if (count < 1 || count > size)
            {
                throw new ArgumentException($"counts must be 1 … {size} in section {section}, which has {size} timesteps, but is {count} " +
                    "there.", nameof(counts));
            }

            double stride = count == 1 ? 1 : (size - 1) / (double)(count - 1), position = 0;
            for (int i = 0; i < count; i++)
            {
                retained.Add(start + Round(position));
                position += stride;
            }

            start += size;
        }

        return retained.ToImmutable();
    }

    /// <summary>
    /// Returns every k-th timestep from 0 for the smallest whole k that gives n of them: "ddimN" of improved-diffusion (arXiv:2102.09672).
    /// At T = 1000 such a k exists for only 63 of the 1000 values of n.
    /// </summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <param name="count">n. Range: 1 ≤ n ≤ T.</param>
    /// <returns>The timesteps.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range, or no whole stride gives n timesteps.</exception>
    public static ImmutableArray<int> WholeStride(int timesteps, int count)
    {
        RequireCount(timesteps, count);
        for (int stride = 1; stride <= timesteps; stride++)
        {
            if ((timesteps + stride - 1) / stride == count) return Table(count, i => i * stride);
        }

        throw new ArgumentOutOfRangeException(nameof(count), count,
            $"count must be a number of timesteps that a whole stride over {timesteps} gives, but {count} is none; Leading, Trailing and " +
            "Linspace give any number.");
    }

    /// <summary>
    /// Returns the timesteps whose noise σ = √((1-ᾱ)/ᾱ) is nearest to n values that are even in σ^(1/ρ), from the first timestep's to the
    /// last's, or to a limit (Karras et al. 2022, arXiv:2206.00364, eq. 5). Where two would coincide, the later one moves up.
    /// </summary>
    /// <param name="schedule">The schedule that the network was trained with; it must leave some signal at its last timestep.</param>
    /// <param name="count">n. Range: 1 ≤ n ≤ T.</param>
    /// <param name="rho">ρ; the larger, the more steps where there is little noise. Range: &gt; 0.</param>
    /// <param name="largestNoise">
    /// The limit of σ, such as <see cref="LargestNoise"/>: timesteps of more noise are left out while others are left. Default: none.
    /// Range: &gt; 0.
    /// </param>
    /// <returns>The timesteps.</returns>
    /// <exception cref="ArgumentException">The schedule is invalid, or ends without signal.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static ImmutableArray<int> Karras(
        IVarianceSchedule schedule, int count, double rho = 7, double largestNoise = double.PositiveInfinity)
    {
        DiffusionCoefficients c = new(schedule);
        RequireCount(c.Timesteps, count);
        Require.Positive(rho);
        if (!(largestNoise > 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(largestNoise), largestNoise, $"largestNoise must be above 0, but is {largestNoise}.");
        }

        if (c.AlphaBars[^1] == 0)
        {
            throw new ArgumentException($"schedule must leave some signal at t = {c.Timesteps - 1}, for its noise is infinite without.",
                nameof(schedule));
        }

        // Logarithms, so that the nearest is the nearest in proportion.
        double[] logs = [.. c.AlphaBars.Select(alphaBar => 0.5 * Math.Log((1 - alphaBar) / alphaBar))];
        double most = Math.Clamp(Math.Log(largestNoise), logs[0], logs[^1]), start = Math.Exp(logs[0] / rho), end = Math.Exp(most / rho);
        int previous = -1, timesteps = Math.Max(Nearest(logs, most) + 1, count);
        return Table(count, i =>
        {
            double target = rho * Math.Log(count == 1 ? end : Spacing.Linear(start, end, count, i));
            // As many must be left as are still to come.
            return previous = Math.Min(Math.Max(previous + 1, Nearest(logs, target)), timesteps - (count - i));
        });
    }

    /// <summary>Checks a list of timesteps.</summary>
    /// <param name="timesteps">T. Range: ≥ 1.</param>
    /// <param name="retained">The timesteps, ascending, each once.</param>
    /// <returns>The timesteps.</returns>
    /// <exception cref="ArgumentOutOfRangeException">T is below 1.</exception>
    /// <exception cref="ArgumentException">The list is empty, or its timesteps are out of range or not ascending.</exception>
    public static ImmutableArray<int> Explicit(int timesteps, IEnumerable<int> retained)
    {
        Require.AtLeast(timesteps, 1);
        ArgumentNullException.ThrowIfNull(retained);
        ImmutableArray<int> list = [.. retained];
        if (list.IsEmpty) throw new ArgumentException("retained must have at least 1 timestep, but is empty.", nameof(retained));
        for (int i = 0; i < list.Length; i++)
        {
            if (list[i] < 0 || list[i] >= timesteps)
            {
                throw new ArgumentException($"retained must hold timesteps 0 … {timesteps - 1}, but retained[{i}] is {list[i]}.",
                    nameof(retained));
            }

            if (i > 0 && list[i] <= list[i - 1])
            {
                throw new ArgumentException($"retained must be ascending, but retained[{i}] = {list[i]} follows {list[i - 1]}.",
                    nameof(retained));
            }
        }

        return list;
    }

    private static int Nearest(double[] ascending, double value)
    {
        int found = Array.BinarySearch(ascending, value);
        if (found >= 0) return found;
        int above = Math.Min(~found, ascending.Length - 1), below = Math.Max(above - 1, 0);
        return value - ascending[below] < ascending[above] - value ? below : above;
    }

    private static void RequireCount(int timesteps, int count)
    {
        Require.AtLeast(timesteps, 1);
        if (count < 1 || count > timesteps)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count,
                $"count must be 1 … {timesteps}, the number of timesteps, but is {count}.");
        }
    }

    private static int Round(double value) => (int)Math.Round(value, MidpointRounding.ToEven);

    private static ImmutableArray<int> Table(int count, Func<int, int> entry)
    {
        var builder = ImmutableArray.CreateBuilder<int>(count);
        for (int i = 0; i < count; i++) builder.Add(entry(i));
        return builder.MoveToImmutable();
    }
}
