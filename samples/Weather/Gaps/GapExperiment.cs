using System.Diagnostics;
using System.Globalization;
using Ddpm.Cli.Output;
using Ddpm.Data;
using Ddpm.Evaluation;
using Ddpm.Training;

namespace Weather.Gaps;

/// <summary>
/// Scores ways to fill hidden days of 2015 in both cities, by the length of the gap: a network that is given the other days, straight
/// lines, the same days of other years, and perhaps a network that is not given the other days but made to agree with them. All learn from
/// 2012 … 2014 alone.
/// </summary>
internal static class GapExperiment
{
    private const int Samples = 100, SamplesOfRepaint = 20;
    private static readonly string[] Units = ["°C", "°C", "m/s", "mm"];

    /// <summary>Trains, fills and writes the tables.</summary>
    public static IReadOnlyDictionary<(string Method, int Length), GapScore> Execute(
        int steps, long seed, bool unconditional, TextWriter console, CancellationToken stop, int samples = Samples)
    {
        GapCity[] cities = [.. WeatherData.Cities.Select(GapCity.Of)];
        TimeSeries[] past = [.. cities.Select(city => city.Past)];
        var scores = new Dictionary<(string Method, int Length), GapScore>();
        using var filler = GapFiller.Create(past, new GapFillerOptions { Seed = seed });
        Timed("Training the conditional network", () => filler.Train(past, steps, Progress(console), cancellationToken: stop));
        Score("straight lines", (seen, _) => LinearInterpolation.Fill(seen));
        Score("same days of other years", (seen, city) => Climatology.Fill(seen, city.Past));
        Score("conditional network", (seen, _) => filler.Fill(seen, samples, cancellationToken: stop));
        Write(scores, console);
        if (!unconditional) return scores;
        using var network = new UnconditionalNetwork(filler.Scaling, seed);
        Timed("Training the unconditional network", () => network.Train(past, steps, Progress(console), stop));
        Score("unconditional, RePaint", (seen, _) => network.Fill(seen, Math.Min(samples, SamplesOfRepaint), stop));
        Write(scores, console);
        return scores;

        void Score(string method, Func<TimeSeries, GapCity, FilledSeries> fill) => Timed(method, () =>
        {
            foreach (int length in HiddenDays.Lengths)
            {
                GapScore score = scores[(method, length)] = new GapScore();
                foreach (GapCity city in cities)
                {
                    IReadOnlyList<(int Column, int Row)> hidden = HiddenDays.Of(city.HeldOut, length);
                    score.Add(city.HeldOut, fill(city.HeldOut.Without(hidden), city), hidden);
                }
            }
        });

        void Timed(string what, Action run)
        {
            long started = Stopwatch.GetTimestamp();
            run();
            stop.ThrowIfCancellationRequested();
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {seconds:F0} s"));
        }
    }

    private static void Write(Dictionary<(string Method, int Length), GapScore> scores, TextWriter console)
    {
        string[] methods = [.. scores.Keys.Select(key => key.Method).Distinct()];
        for (int variable = 0; variable < WeatherData.Variables.Count; variable++)
        {
            console.WriteLine($"| {WeatherData.Variables[variable]} | {string.Join(" | ", HiddenDays.Lengths.Select(Days))} |");
            console.WriteLine($"| --- |{string.Concat(HiddenDays.Lengths.Select(_ => " --- |"))}");
            foreach (string method in methods)
            {
                string Cell(int length)
                {
                    EnsembleScore score = scores[(method, length)].Of(variable);
                    return string.Create(CultureInfo.InvariantCulture,
                        $"{score.Crps:F2}, {score.MeanAbsoluteError:F2}, {(score.Width > 0 ? $"{score.Coverage:P0}" : "–")}");
                }

                console.WriteLine($"| {method} | {string.Join(" | ", HiddenDays.Lengths.Select(Cell))} |");
            }
        }

        console.WriteLine($"CRPS and error of the median in {string.Join(", ", Units.Distinct())}, coverage of the band from 10 to 90 %");
    }

    private static string Days(int length) => length == 1 ? "1 day" : $"{length} days";

    private static Listener<TrainingProgress> Progress(TextWriter console) => new(at =>
    {
        if (at.Step % 100 != 0) return;
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"step {at.Step:N0}/{at.TotalSteps:N0}  loss {at.Loss:F4}  {at.Remaining:m\\:ss} left"));
    });
}
