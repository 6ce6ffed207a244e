using System.Globalization;
using System.Text.Json.Nodes;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Training;

namespace Ddpm.Cli.Gaps;

/// <summary>Fills as the options say: reads, trains, scores held-out cells, fills and writes.</summary>
/// <param name="options">The options.</param>
/// <param name="screen">Receives messages.</param>
internal sealed class FillRun(FillOptions options, Screen screen)
{
    private const int CheckpointEvery = 250, ShownIntervals = 3;

    /// <summary>Fills, or resumes a run.</summary>
    /// <param name="report">Receives the result.</param>
    /// <param name="stop">Interrupts the run.</param>
    /// <returns>False where the run was interrupted.</returns>
    public bool Execute(JsonObject report, CancellationToken stop)
    {
        options.Require();
        TimeSeriesFile file = TimeSeriesFile.Read(options.Data, options.File);
        TimeSeries series = file.Series;
        if (series.GapCount == 0)
        {
            throw new InvalidDataException(
                $"{options.Data} must have gaps to fill, but every cell of {string.Join(", ", series.Columns)} holds a number.");
        }

        using var held = RunLock.OfFolder(options.Output);
        OutputFolder.Mark(options.Output);
        Introduce(file);
        IReadOnlyList<(int Column, int Row)> hidden = options.Model is not null || options.HeldOut == 0
            ? []
            : HeldOutGaps.Choose(series, options.HeldOut, options.Window / 2, options.Seed);
        TimeSeries seen = series.Without(hidden);
        using GapFiller filler = options.Model is { } model
            ? GapFiller.Load(model, options.Filler)
            : GapFiller.Create([seen], options.Filler);
        if (options.Model is null && !Train(filler, seen, stop))
        {
            screen.Line($"Stopped; the same command continues. Checkpoints are in {At("checkpoints")}");
            report["interrupted"] = true;
            report["out"] = options.Output;
            return false;
        }

        if (hidden.Count > 0) Score(filler, series, seen, hidden, report, stop);
        FilledSeries filled = Fill(filler, series, "Filling", stop);
        FilledSeriesFile.Write(At("filled.csv"), file, filled, options.Quantiles);
        if (options.SaveSamples) FilledSeriesFile.WriteSamples(At("samples.csv"), file, filled);
        IReadOnlyList<string> plots = FillPlots.Save(options.Output, file, filled, options);
        screen.Line($"Wrote {At("filled.csv")} and {Amount.Of(plots.Count, "plot")}: {string.Join(", ", plots.Select(Path.GetFileName))}");
        report["interrupted"] = false;
        report["out"] = options.Output;
        report["filled"] = At("filled.csv");
        report["samples"] = options.SaveSamples ? At("samples.csv") : null;
        report["plots"] = new JsonArray([.. plots.Select(plot => JsonValue.Create(plot))]);
        report["model"] = options.Model ?? At("model");
        report["gaps"] = series.GapCount;
        return true;
    }

    private void Introduce(TimeSeriesFile file)
    {
        TimeSeries series = file.Series;
        screen.Line(
            $"{Amount.Of(series.Length, "row")}, {Amount.Of(series.Columns.Length, "column")} ({string.Join(", ", series.Columns)}), "
            + Amount.Of(series.GapCount, "gap cell"));
        IReadOnlyList<(int Line, double Intervals)> missing = file.LongIntervals();
        if (missing.Count == 0) return;
        IEnumerable<string> shown = missing.Take(ShownIntervals)
            .Select(place => string.Create(CultureInfo.InvariantCulture, $"line {place.Line} ({place.Intervals:0.#} intervals)"));
        string more = missing.Count > ShownIntervals ? ", …" : "";
        screen.Warn(
            $"{options.Data} has longer intervals between rows before {string.Join(", ", shown)}{more}. Rows count as "
            + "evenly spaced: add the missing rows, with empty cells, to fill them.");
    }

    private bool Train(GapFiller filler, TimeSeries seen, CancellationToken stop)
    {
        bool done = screen.Track("Training", bar => filler.Train(
            [seen],
            options.Steps,
            new Listener<TrainingProgress>(step => bar.Set(step.Step, step.TotalSteps, string.Create(
                CultureInfo.InvariantCulture, $"Training {step.Step:N0}/{step.TotalSteps:N0}, loss {step.Loss:F3}"))),
            new CheckpointStore(At("checkpoints"), CheckpointEvery, keepLast: 1),
            stop));
        if (done) filler.Save(At("model"));
        return done;
    }

    private void Score(
        GapFiller filler,
        TimeSeries series,
        TimeSeries seen,
        IReadOnlyList<(int Column, int Row)> hidden,
        JsonObject report,
        CancellationToken stop)
    {
        FillScore score = FillScore.Of(series, Fill(filler, seen, "Filling held-out numbers", stop), hidden, options.Band);
        score.Show(screen, options.BandName);
        report["held_out"] = score.Json();
    }

    private FilledSeries Fill(GapFiller filler, TimeSeries series, string what, CancellationToken stop) => screen.Track(
        what, bar => filler.Fill(series, options.Samples, new Listener<double>(share => bar.Set((long)(share * 1000), 1000, what)), stop));

    private string At(string name) => Path.Combine(options.Output, name);
}
