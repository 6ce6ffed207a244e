using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>
/// Quality and time against the number of calls of the network, for all samplers (DDIM, arXiv:2010.02502, Table 1).
/// </summary>
internal static class StepsTable
{
    public const string Name = "steps";

    private const string Seconds = "seconds";

    private const int MostCallsPerLevel = 20, TeacherSteps = 60, TeacherSamples = 256;

    public static IReadOnlyList<Way> Ways { get; } =
    [
        new("DDPM, σ² = β", ReverseVariance.FixedLarge, KnownSamplers.Ddpm),
        new("DDPM, σ² = β̃", ReverseVariance.FixedSmall, KnownSamplers.Ddpm),
        new("DDIM, η = 1", ReverseVariance.FixedSmall, new DdimOptions { Eta = 1 }),
        new("DDIM, η = 0", ReverseVariance.FixedSmall, KnownSamplers.Ddim),
        new("DDIM, η = 0, ε kept", ReverseVariance.FixedSmall, new DdimOptions { RederiveNoise = false }),
        new("DPM-Solver++ 2M", ReverseVariance.FixedSmall, KnownSamplers.DpmSolver),
        new("iPNDM", ReverseVariance.FixedSmall, KnownSamplers.Pndm),
        new("UniPC", ReverseVariance.FixedSmall, KnownSamplers.UniPc) { MostCalls = 50 },
        new("UniPC, order 3", ReverseVariance.FixedSmall, (model, process, calls) => new UniPcSampler(
            model,
            KnownSamplers.UniPc.Respace(process, calls),
            order: 3))
        {
            MostCalls = 20,
        },
        new("DDIM, η = 0, GITS", ReverseVariance.FixedSmall, KnownSamplers.Ddim) { IsSearched = true, MostCalls = 10 },
        new("DPM-Solver++ 2M, GITS", ReverseVariance.FixedSmall, KnownSamplers.DpmSolver) { IsSearched = true, MostCalls = 10 },
        new("iPNDM, GITS", ReverseVariance.FixedSmall, KnownSamplers.Pndm) { IsSearched = true, MostCalls = 10 },
        new("UniPC, GITS", ReverseVariance.FixedSmall, KnownSamplers.UniPc) { IsSearched = true, MostCalls = 10 },
        new("predictor–corrector", ReverseVariance.FixedLarge, PredictorCorrector),
        new("annealed Langevin", ReverseVariance.FixedSmall, Langevin),
    ];

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: true);
        using var measures = new SampleMeasures(experiment, data);
        ResultStore results = experiment.Results(Name);
        Recipe recipe = Recipe.Paper(experiment.Budget, experiment.Seed);
        using TrainedRecipe trained = TrainedRecipe.Load(experiment, data, recipe);
        using IDisposable averaged = trained.Trainer.Ema.SwapIn();
        var search = new Lazy<TrajectoryErrors>(() => Search(experiment, trained.Network, recipe.Process, data.Train.Shape));
        foreach (int calls in experiment.Budget.StepCounts)
        {
            foreach (Way way in Ways.Where(way => calls <= way.MostCalls))
            {
                results.Row(Key(way, calls), () =>
                {
                    var process = new ReverseDiffusion(
                        recipe.Process.Coefficients,
                        recipe.Process.Options with { Variance = way.Variance });
                    if (way.IsSearched) process = process.Respace(search.Value.BestTimesteps(calls));
                    if (way.Create(trained.Network, process, calls) is not { } sampler) return ResultRow.Failed("too few calls");
                    long started = Stopwatch.GetTimestamp();
                    using Tensor samples = RecipeRow.Draw(
                        experiment,
                        sampler,
                        data.Train.Shape,
                        experiment.Budget.Samples,
                        experiment.Seed);
                    double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                    ImmutableSortedDictionary<string, Measured> row = measures.Of(samples);
                    experiment.Tell($"{Key(way, calls)}: FID {row[SampleMeasures.Fid].Value:F2}, {seconds:F1} s");
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
        [$"{measure} at calls", .. experiment.Budget.StepCounts.Select(calls => calls.ToString(CultureInfo.InvariantCulture))],
        Ways.Select(way => experiment.Budget.StepCounts
            .Select(calls => results.Rows.TryGetValue(Key(way, calls), out ResultRow? row)
                && row.Measures.TryGetValue(measure, out Measured? measured)
                ? MarkdownTable.Text(measured, format)
                : "–")
            .Prepend(way.Name)));

    // Timesteps by GITS: from trajectories of other noise than the samples'.
    private static TrajectoryErrors Search(Experiment experiment, IEpsilonModel model, ReverseDiffusion process, IReadOnlyList<long> shape)
    {
        ReverseDiffusion teacher = KnownSamplers.Pndm.Respace(process, Math.Min(TeacherSteps, experiment.Budget.Timesteps));
        var errors = TrajectoryErrors.Measure(
            new PndmSampler(model, teacher),
            new SamplingRequest
            {
                Count = Math.Min(TeacherSamples, experiment.Budget.Samples),
                SampleShape = shape,
                Noise = new PerSampleNoise(experiment.Seed + 1),
            },
            experiment.Stop);
        foreach (int calls in experiment.Budget.StepCounts.Where(calls => calls <= 10))
        {
            experiment.Tell($"GITS, {calls}: {string.Join(", ", errors.BestTimesteps(calls))}");
        }

        return errors;
    }

    private static string Key(Way way, int calls) => string.Create(CultureInfo.InvariantCulture, $"{way.Name}, {calls}");

    // Half of the calls correct.
    private static PredictorCorrectorSampler? PredictorCorrector(IEpsilonModel model, ReverseDiffusion process, int calls) =>
        calls / 2 < 2 ? null : new(model, KnownSamplers.PredictorCorrector.Respace(process, calls / 2));

    // As many noise levels as the calls allow: the fewer there are, the more steps each needs to stay stable.
    private static LangevinSampler? Langevin(IEpsilonModel model, ReverseDiffusion process, int calls)
    {
        for (int each = 1; each <= MostCallsPerLevel && calls / each > 1; each++)
        {
            ReverseDiffusion respaced = KnownSamplers.Langevin.Respace(process, calls / each);
            try
            {
                return new(model, respaced, LangevinOptions.Annealing(respaced.Coefficients, stepsPerLevel: each));
            }
            catch (ArgumentException)
            {
                // The noise would outgrow so few steps at a level.
            }
        }

        return null;
    }

    /// <summary>A sampler with its settings.</summary>
    /// <param name="Name">The row's name.</param>
    /// <param name="Variance">σ² of the process.</param>
    /// <param name="Create">
    /// Makes the sampler that asks the network at most so many times for a picture; null where so few do not suffice.
    /// </param>
    internal sealed record Way(
        string Name,
        ReverseVariance Variance,
        Func<IEpsilonModel, ReverseDiffusion, int, DiffusionSampler?> Create)
    {
        public Way(string name, ReverseVariance variance, SamplerEntry entry)
            : this(name, variance, (model, process, calls) => entry.Create(model, entry.Respace(process, calls)))
        {
        }

        public Way(string name, ReverseVariance variance, DdimOptions options)
            : this(name, variance, (model, process, calls) => new DdimSampler(model, process.Respace(calls), options))
        {
        }

        /// <summary>Up to how many calls the row goes.</summary>
        public int MostCalls { get; init; } = int.MaxValue;

        /// <summary>Whether the timesteps are those that <see cref="TrajectoryErrors"/> finds.</summary>
        public bool IsSearched { get; init; }
    }
}
