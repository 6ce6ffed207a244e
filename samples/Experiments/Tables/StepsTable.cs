using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>
/// Quality and time against the number of steps, for the samplers that people choose between (DDIM, arXiv:2010.02502, Table 1).
/// </summary>
internal static class StepsTable
{
    public const string Name = "steps";

    private const string Seconds = "seconds";

    public static IReadOnlyList<Way> Ways { get; } =
    [
        new("DDPM, σ² = β", ReverseVariance.FixedLarge, Trailing, (model, process) => new DdpmSampler(model, process)),
        new("DDPM, σ² = β̃", ReverseVariance.FixedSmall, Trailing, (model, process) => new DdpmSampler(model, process)),
        new(
            "DDIM, η = 1",
            ReverseVariance.FixedSmall,
            Trailing,
            (model, process) => new DdimSampler(model, process, new DdimOptions { Eta = 1 })),
        new("DDIM, η = 0", ReverseVariance.FixedSmall, Trailing, (model, process) => new DdimSampler(model, process)),
        new(
            "DDIM, η = 0, ε kept",
            ReverseVariance.FixedSmall,
            Trailing,
            (model, process) => new DdimSampler(model, process, new DdimOptions { RederiveNoise = false })),
        new(
            "DPM-Solver++ 2M",
            ReverseVariance.FixedSmall,
            KnownSamplers.DpmSolver.DefaultSpacing.Timesteps,
            (model, process) => KnownSamplers.DpmSolver.Create(model, process)),
    ];

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: true);
        using var measures = new SampleMeasures(experiment, data);
        ResultStore results = experiment.Results(Name);
        Recipe recipe = Recipe.Paper(experiment.Budget, experiment.Seed);
        using TrainedRecipe trained = TrainedRecipe.Load(experiment, data, recipe);
        using IDisposable averaged = trained.Trainer.Ema.SwapIn();
        foreach (int steps in experiment.Budget.StepCounts)
        {
            foreach (Way way in Ways)
            {
                results.Row(Key(way, steps), () =>
                {
                    var process = new ReverseDiffusion(
                        recipe.Process.Coefficients,
                        recipe.Process.Options with { Variance = way.Variance });
                    ImmutableArray<int> retained = way.Spacing(process.Coefficients.Schedule, steps);
                    long started = Stopwatch.GetTimestamp();
                    using Tensor samples = RecipeRow.Draw(
                        experiment,
                        way.Create(trained.Network, process.Respace(retained)),
                        data.Train.Shape,
                        experiment.Budget.Samples,
                        experiment.Seed);
                    double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                    ImmutableSortedDictionary<string, Measured> row = measures.Of(samples);
                    experiment.Tell($"{Key(way, steps)}: FID {row[SampleMeasures.Fid].Value:F2}, {seconds:F1} s");
                    return new ResultRow(row.Add(Seconds, new Measured(seconds)));
                });
            }
        }

        experiment.Publish(
            Name,
            string.Join(
                "\n",
                new[]
                {
                    (SampleMeasures.Fid, "F2"),
                    (SampleMeasures.Kid, "F3"),
                    (SampleMeasures.Score, "F2"),
                    (Seconds, "F1"),
                }.Select(column => Pivot(experiment, results, column.Item1, column.Item2))));
    }

    private static string Pivot(Experiment experiment, ResultStore results, string measure, string format) => MarkdownTable.Of(
        [$"{measure} at steps", .. experiment.Budget.StepCounts.Select(steps => steps.ToString(CultureInfo.InvariantCulture))],
        Ways.Select(way =>
            experiment.Budget.StepCounts.Select(steps => MarkdownTable.Text(results.Rows[Key(way, steps)].Measures[measure], format))
                .Prepend(way.Name)));

    private static string Key(Way way, int steps) => string.Create(CultureInfo.InvariantCulture, $"{way.Name}, {steps}");

    private static ImmutableArray<int> Trailing(IVarianceSchedule schedule, int steps) =>
        TimestepSpacing.Trailing(schedule.Timesteps, steps);

    /// <summary>A sampler with its settings.</summary>
    internal sealed record Way(
        string Name,
        ReverseVariance Variance,
        Func<IVarianceSchedule, int, ImmutableArray<int>> Spacing, Func<IEpsilonModel, ReverseDiffusion, DiffusionSampler> Create);
}
