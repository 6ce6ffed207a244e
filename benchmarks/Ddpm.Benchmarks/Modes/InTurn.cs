using System.Diagnostics;

namespace Ddpm.Benchmarks;

/// <summary>Ways that are taken in turn: where the machine's speed wavers, it wavers for all of them.</summary>
internal static class InTurn
{
    /// <summary>The median seconds of each way.</summary>
    /// <param name="seconds">How long all are measured, at least three rounds after one that does not count.</param>
    /// <param name="ways">The ways.</param>
    public static double[] Medians(double seconds, params IReadOnlyList<Action> ways) =>
        [.. Times(seconds, ways).Select(each => each.Median)];

    /// <summary>The median and the least seconds of each way.</summary>
    /// <param name="seconds">How long all are measured, at least three rounds after one that does not count.</param>
    /// <param name="ways">The ways.</param>
    public static (double Median, double Least)[] Times(double seconds, params IReadOnlyList<Action> ways)
    {
        List<double>[] times = [.. ways.Select(_ => new List<double>())];
        long started = 0;
        for (int round = -1; round < 3 || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; round++)
        {
            if (round == 0) started = Stopwatch.GetTimestamp();
            for (int way = 0; way < ways.Count; way++)
            {
                long begin = Stopwatch.GetTimestamp();
                ways[way]();
                if (round >= 0) times[way].Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
            }
        }

        return [.. times.Select(each => (each.Order().ElementAt(each.Count / 2), each.Min()))];
    }
}
