using Ddpm.Core;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>
/// What came after the paper: the cosine schedule, L_hybrid and timesteps by importance (arXiv:2102.09672), min-SNR (arXiv:2303.09556), and
/// moving averages of several widths, the paper's of 0.9999 among them.
/// </summary>
internal static class ChoicesTable
{
    public const string Name = "choices";

    private const string NoAverage = "no average";

    public static IReadOnlyList<AverageProfile> Averages { get; } =
    [
        AverageProfile.Power(0.1), AverageProfile.Power(0.05), AverageProfile.Constant(0.99), AverageProfile.Constant(0.999),
        AverageProfile.Constant(0.9999),
    ];

    public static IEnumerable<Recipe> Recipes(Budget budget, long seed)
    {
        var linear = new ReverseDiffusion(LinearSchedule.Scaled(budget.Timesteps));
        var cosine = new ReverseDiffusion(new CosineSchedule(budget.Timesteps));
        yield return Recipe.Paper(budget, seed) with { Name = "linear, L_simple", Averages = [.. Averages] };
        yield return new Recipe("linear, min-SNR 5", new SimpleObjective(linear, LossWeighting.MinSnr()), seed);
        yield return new Recipe("cosine, L_simple", new SimpleObjective(cosine), seed);
        yield return new Recipe("cosine, min-SNR 5", new SimpleObjective(cosine, LossWeighting.MinSnr()), seed);
        yield return new Recipe(
            "linear, L_hybrid",
            new HybridObjective(new ReverseDiffusion(linear.Coefficients, linear.Options with { Variance = ReverseVariance.LearnedRange })),
            seed);
        yield return new Recipe("linear, L, t by importance", new VariationalObjective(linear), seed)
        {
            Timesteps = new LossSecondMomentTimesteps(budget.Timesteps),
        };
    }

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: true);
        using var measures = new SampleMeasures(experiment, data);
        ResultStore results = experiment.Results(Name), averages = experiment.Results("averages");
        IEnumerable<KeyValuePair<string, ResultRow>> rows = RecipeTable.Compute(
            experiment,
            data,
            measures,
            results,
            seed => Recipes(experiment.Budget, seed));
        experiment.Publish(
            Name,
            MarkdownTable.Of(
                rows,
                (SampleMeasures.Fid, "F2"),
                (SampleMeasures.FidTest, "F2"),
                (SampleMeasures.Kid, "F3"),
                (SampleMeasures.Score, "F2"),
                (RecipeRow.Bits, "F3"),
                (RecipeRow.Rate, "F3"),
                (RecipeRow.Distortion, "F3")));

        // One training, whose parameters were averaged in several ways at once.
        if (averages.Rows.Count < Averages.Count + 1)
        {
            Recipe recipe = Recipes(experiment.Budget, experiment.Seed).First();
            using TrainedRecipe trained = TrainedRecipe.Load(experiment, data, recipe);
            for (int index = -1; index < trained.Trainer.Averages.Count; index++)
            {
                using IDisposable? averaged = index < 0 ? null : trained.Trainer.Averages[index].SwapIn();
                averages.Row(index < 0 ? NoAverage : trained.Trainer.Averages[index].Profile.ToString(), () =>
                {
                    using Tensor samples = RecipeRow.Draw(
                        experiment,
                        new DdpmSampler(trained.Network, recipe.Process.Respace(Math.Min(100, experiment.Budget.Timesteps))),
                        data.Train.Shape,
                        experiment.Budget.Samples,
                        experiment.Seed);
                    return new ResultRow(measures.Of(samples));
                });
            }
        }

        experiment.Publish(
            "averages",
            MarkdownTable.Of(
                averages.Rows,
                (SampleMeasures.Fid, "F2"),
                (SampleMeasures.FidTest, "F2"),
                (SampleMeasures.Kid, "F3"),
                (SampleMeasures.Score, "F2")));
    }
}
