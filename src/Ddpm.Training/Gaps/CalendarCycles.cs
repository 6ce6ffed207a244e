using System.Collections.Immutable;
using Ddpm.Data;

namespace Ddpm.Training;

/// <summary>Places rows with dates in the day and the year, so that a network that fills gaps knows the hour and the season.</summary>
/// <param name="Periods">The cycles, in days; none where rows have no dates, or too few.</param>
internal sealed record CalendarCycles(ImmutableArray<double> Periods)
{
    private const double Day = 1, Year = 365.2425;
    // A cycle of fewer rows has no course; one that was not seen twice says no more than the date itself, which the network could learn
    // by heart.
    private const int LeastRows = 8, LeastCycles = 2;

    /// <summary>Gets the channels that the network is given: a sine and a cosine of each cycle.</summary>
    public int Channels => 2 * Periods.Length;

    /// <summary>Chooses the cycles that the longest of some series can teach.</summary>
    public static CalendarCycles Of(IEnumerable<TimeSeries> series)
    {
        TimeSeries longest = series.MaxBy(Span)!;
        double[] steps = [.. Steps(longest).Order()];
        return new CalendarCycles(longest.Kind == TimeAxisKind.Date && steps.Length > 0
            ? [.. new[] { Day, Year }.Where(period =>
                period >= LeastRows * steps[steps.Length / 2] && Span(longest) + steps[steps.Length / 2] >= LeastCycles * period)]
            : []);
    }

    /// <summary>Returns the sine and the cosine of each cycle at each row, [channels, rows]; rows beyond the series are 0.</summary>
    public float[] Rows(TimeSeries series, int rows)
    {
        var channels = new float[Channels * rows];
        for (int cycle = 0; cycle < Periods.Length; cycle++)
        {
            for (int row = 0; row < series.Length; row++)
            {
                (double sine, double cosine) = Math.SinCos(2 * Math.PI * series.Times[row] / Periods[cycle]);
                (channels[2 * cycle * rows + row], channels[(2 * cycle + 1) * rows + row]) = ((float)sine, (float)cosine);
            }
        }

        return channels;
    }

    private static double Span(TimeSeries series) => series.Times[^1] - series.Times[0];

    private static IEnumerable<double> Steps(TimeSeries series)
    {
        double[] times = series.Times.ToArray();
        return times.Skip(1).Zip(times, (next, time) => next - time);
    }
}
