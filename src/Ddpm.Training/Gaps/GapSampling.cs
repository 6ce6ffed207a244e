using System.Runtime.InteropServices;
using Ddpm.Data;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>Fills the gaps of a series window by window, from draws of one window given its known cells.</summary>
/// <param name="series">The series.</param>
/// <param name="about">What its columns are like.</param>
/// <param name="length">The length of a window.</param>
/// <param name="samples">The number of samples.</param>
internal sealed class GapSampling(TimeSeries series, GapModelFile about, int length, int samples)
{
    // Bounds the memory of one draw: with 4 columns and windows of 64 it takes 8 MB for each of numbers, mask and samples.
    private const int MostRows = 8192;
    private readonly int columns = series.Columns.Length;
    private readonly IReadOnlyList<GapWindow> plan = Plan(series, length);
    private readonly bool[] known = Known(series);
    private readonly float[] numbers = Numbers(series, about.Scaling, samples); // [sample, column, row]
    private readonly float[] calendar = about.Calendar.Rows(series, Math.Max(series.Length, length)); // [channel, row]

    /// <summary>Draws windows given their known cells.</summary>
    /// <param name="conditions">What the network is given, of some rows.</param>
    /// <param name="first">The number of the first row among all rows of the filling.</param>
    /// <returns>The windows, scaled, [rows, C, L].</returns>
    public delegate Tensor Draw(IReadOnlyDictionary<string, Tensor> conditions, long first);

    /// <summary>Fills all gaps.</summary>
    /// <param name="draw">Draws windows.</param>
    /// <returns>The samples, in the columns' units.</returns>
    public FilledSeries Fill(Draw draw)
    {
        long first = 0;
        foreach (IGrouping<int, GapWindow> wave in plan.GroupBy(window => window.Wave).OrderBy(wave => wave.Key))
        {
            foreach (GapWindow[] windows in wave.Chunk(Math.Max(1, MostRows / samples)))
            {
                FillWindows(windows, draw, first);
                first += windows.Length * samples;
            }
        }

        return new FilledSeries(
            series, samples, (column, row, k) => about.Unscaled(column, numbers[(k * columns + column) * series.Length + row]));
    }

    /// <summary>Gets the number of rows that <see cref="Fill"/> draws.</summary>
    public long Rows => (long)samples * plan.Count;

    private static IReadOnlyList<GapWindow> Plan(TimeSeries series, int length) => GapPlan.Of(
        [
            .. Enumerable.Range(0, series.Length)
                .Select(row => Enumerable.Range(0, series.Columns.Length).Any(column => !series.IsObserved(column, row))),
        ],
        length);

    private static bool[] Known(TimeSeries series) =>
        [.. Enumerable.Range(0, series.Columns.Length).SelectMany(column => series.Values(column).ToArray().Select(x => !double.IsNaN(x)))];

    private static float[] Numbers(TimeSeries series, ColumnScaling scaling, int samples)
    {
        float[] one =
        [
            .. Enumerable.Range(0, series.Columns.Length).SelectMany(column =>
                series.Values(column).ToArray().Select(x => double.IsNaN(x) ? 0 : (float)scaling.Scaled(column, x))),
        ];
        var all = new float[checked(samples * one.Length)];
        for (int k = 0; k < samples; k++) one.CopyTo(all, k * one.Length);
        return all;
    }

    private void FillWindows(GapWindow[] windows, Draw draw, long first)
    {
        int rows = windows.Length * samples, cells = columns * length;
        float[] guesses = new float[rows * cells], errors = new float[rows * cells], mask = new float[rows * cells];
        for (int line = 0; line < rows * columns; line++)
        {
            (GapWindow window, int k, int column) = (windows[line / columns / samples], line / columns % samples, line % columns);
            int from = column * series.Length + window.Start, shown = Math.Min(length, series.Length - window.Start);
            Range row = (line * length)..((line + 1) * length);
            numbers.AsSpan(k * columns * series.Length + from, shown).CopyTo(guesses.AsSpan(row));
            for (int i = 0; i < shown; i++) mask[line * length + i] = known[from + i] ? 1 : 0;
            about.Guess.Fill(column, guesses.AsSpan(row), mask.AsSpan(row), errors.AsSpan(row));
        }

        using var scope = NewDisposeScope();
        Tensor Shaped(float[] values) => tensor(values).reshape(rows, columns, length);
        // A sampler hands its samples to no scope.
        using Tensor drawn = draw(GapConditions.Of(Shaped(guesses), Shaped(errors), Shaped(mask), Calendar(windows)), first);
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(drawn.contiguous().bytes);
        foreach ((int w, GapWindow window) in windows.Index())
        {
            for (int column = 0; column < columns; column++)
            {
                for (int at = window.First; at <= window.Last; at++)
                {
                    if (known[column * series.Length + at]) continue;
                    for (int k = 0; k < samples; k++)
                    {
                        int cell = (w * samples + k) * cells + column * length + at - window.Start;
                        numbers[(k * columns + column) * series.Length + at] = guesses[cell] + errors[cell] * values[cell];
                    }

                    known[column * series.Length + at] = true;
                }
            }
        }
    }

    // [rows, channels, L]; the same for all samples of a window.
    private Tensor? Calendar(GapWindow[] windows)
    {
        int channels = about.Calendar.Channels;
        if (channels == 0) return null;
        using Tensor whole = tensor(calendar), series = whole.reshape(channels, -1);
        using Tensor each = stack(windows.Select(window => series.narrow(1, window.Start, length)));
        return each.repeat_interleave(samples, 0);
    }
}
