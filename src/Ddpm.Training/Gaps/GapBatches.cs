using Ddpm.Core;
using Ddpm.Data;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Makes the batches of a training that fills gaps: windows of series, cells of which are hidden from the network and count in its loss.
/// What is a gap of the data counts nowhere.
/// </summary>
internal static class GapBatches
{
    // The network also draws what it is told, so that x_t there is what it was in training: a tenth of what it is asked for.
    private const float ShareOfKnown = 0.1f;
    private const int MostWindows = 20_000;

    /// <summary>Makes the batches; dispose the windows when the training is over.</summary>
    public static IBatchSource Of(InMemoryDataset windows, NeighbourGuess guess, GapFillerOptions options) => new MappedBatches(
        new ShuffledBatches(windows, options.BatchSize, options.Seed),
        (batch, number) => Hide(batch, number, guess, options.Seed),
        FormattableString.Invariant($"cells hidden by seed {options.Seed}"));

    /// <summary>
    /// Cuts series into windows [2C + K, L]: the scaled numbers, with lines through the gaps, 1 where they are observed, and the K channels
    /// of the calendar. Windows of which less than half is observed are left out, unless all are such.
    /// </summary>
    public static InMemoryDataset Windows(IReadOnlyList<TimeSeries> series, GapModelFile about, int length)
    {
        float[][] whole = [.. series.Select(one => Rows(one, about, length))];
        int columns = about.Columns.Length, channels = 2 * columns + about.Calendar.Channels;
        List<(int Series, int Start, double Observed)> windows = [];
        for (int i = 0; i < whole.Length; i++)
        {
            int rows = whole[i].Length / channels;
            for (int start = 0; start + length <= rows; start++) windows.Add((i, start, Share(whole[i], rows, columns, start, length)));
        }

        double least = windows.Any(window => window.Observed >= 0.5) ? 0.5 : double.Epsilon;
        windows.RemoveAll(window => window.Observed < least);
        // Neighbours are nearly equal: some of them do.
        int every = (windows.Count + MostWindows - 1) / MostWindows;
        windows = [.. windows.Where((_, index) => index % every == 0)];
        var numbers = new float[windows.Count * channels * length];
        for (int w = 0; w < windows.Count; w++)
        {
            (int i, int start, _) = windows[w];
            int rows = whole[i].Length / channels;
            for (int channel = 0; channel < channels; channel++)
            {
                whole[i].AsSpan(channel * rows + start, length).CopyTo(numbers.AsSpan((w * channels + channel) * length, length));
            }
        }

        using Tensor flat = tensor(numbers), examples = flat.reshape(windows.Count, channels, length);
        return new InMemoryDataset(examples);
    }

    /// <summary>
    /// The scaled numbers of a series, its mask and its calendar, [2C + K, max(N, length)]; rows beyond its end are unobserved zeros.
    /// </summary>
    private static float[] Rows(TimeSeries series, GapModelFile about, int length)
    {
        int columns = series.Columns.Length, rows = Math.Max(series.Length, length);
        var numbers = new float[2 * columns * rows];
        for (int column = 0; column < columns; column++)
        {
            double[] values = [.. series.Values(column)];
            if (values.All(double.IsNaN)) continue;
            FilledSeries lines = LinearInterpolation.Fill(new TimeSeries([series.Columns[column]], [values]));
            for (int row = 0; row < series.Length; row++)
            {
                numbers[column * rows + row] = (float)about.Scaling.Scaled(column, lines.Quantile(0, row, 0.5));
                numbers[(columns + column) * rows + row] = series.IsObserved(column, row) ? 1 : 0;
            }
        }

        return [.. numbers, .. about.Calendar.Rows(series, rows)];
    }

    private static double Share(float[] whole, int rows, int columns, int start, int length)
    {
        double observed = 0;
        for (int column = 0; column < columns; column++)
        {
            foreach (float cell in whole.AsSpan((columns + column) * rows + start, length)) observed += cell;
        }

        return observed / (columns * length);
    }

    // Every window counts the same, whether it asks for one cell or for half of them: else a gap of one row, whose cells are few, would
    // hardly be learned. The network learns how numbers differ from their guesses, in units of the guesses' errors.
    private static TrainingBatch Hide(TrainingBatch batch, long number, NeighbourGuess guess, long seed)
    {
        int columns = guess.Correlations.Length, count = (int)batch.X0.size(0), length = (int)batch.X0.size(2), cells = columns * length;
        int calendar = (int)batch.X0.size(1) - 2 * columns;
        using Tensor values = batch.X0.narrow(1, 0, columns).contiguous(), mask = batch.X0.narrow(1, columns, columns).contiguous();
        float[] x0 = values.data<float>().ToArray(), observed = mask.data<float>().ToArray(), guesses = [.. x0];
        float[] known = new float[x0.Length], weights = new float[x0.Length], errors = new float[x0.Length];
        bool[] isObserved = new bool[cells], hidden = new bool[cells];
        for (int place = 0; place < count; place++)
        {
            Range window = (place * cells)..((place + 1) * cells);
            for (int cell = 0; cell < cells; cell++) isObserved[cell] = observed[place * cells + cell] > 0;
            HiddenCells.Choose(isObserved, columns, new CounterBasedRandom(RandomPurpose.Hiding.Seed(seed), number, place), hidden);
            Weigh(isObserved, hidden, known.AsSpan(window), weights.AsSpan(window));
        }

        for (int line = 0; line < count * columns; line++)
        {
            Range row = (line * length)..((line + 1) * length);
            guess.Fill(line % columns, guesses.AsSpan(row), known.AsSpan(row), errors.AsSpan(row));
        }

        for (int cell = 0; cell < x0.Length; cell++) x0[cell] = errors[cell] == 0 ? 0 : (x0[cell] - guesses[cell]) / errors[cell];
        Tensor Shaped(float[] numbers) => tensor(numbers).reshape(count, columns, length);
        return new TrainingBatch(
            Shaped(x0),
            null,
            Shaped(weights),
            GapConditions.Of(
                Shaped(guesses),
                Shaped(errors),
                Shaped(known),
                calendar == 0 ? null : batch.X0.narrow(1, 2 * columns, calendar).contiguous()));
    }

    private static void Weigh(bool[] observed, bool[] hidden, Span<float> known, Span<float> weights)
    {
        int asked = hidden.Count(cell => cell), told = observed.Count(cell => cell) - asked;
        for (int cell = 0; cell < observed.Length; cell++)
        {
            known[cell] = observed[cell] && !hidden[cell] ? 1 : 0;
            weights[cell] = hidden[cell] ? 1f / asked : observed[cell] ? ShareOfKnown / told : 0;
        }
    }
}
