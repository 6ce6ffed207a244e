using Ddpm.Core;

namespace Ddpm.Experiments;

/// <summary>Table 2 of Ho et al. 2020: what the network predicts, against what is minimised.</summary>
internal static class ObjectivesTable
{
    public const string Name = "objectives";

    /// <summary>The measures that are shown, with their formats.</summary>
    public static (string Measure, string Format)[] Columns { get; } =
    [
        (SampleMeasures.Fid, "F2"), (SampleMeasures.FidTest, "F2"), (SampleMeasures.Kid, "F3"), (SampleMeasures.Score, "F2"),
        (RecipeRow.Bits, "F3"), (RecipeRow.Prior, "F5"), (RecipeRow.Rate, "F3"), (RecipeRow.Distortion, "F3"),
    ];

    public static IEnumerable<Recipe> Recipes(Budget budget, long seed)
    {
        ReverseDiffusion Process(Prediction prediction, ReverseVariance variance) =>
            new(LinearSchedule.Scaled(budget.Timesteps), new ReverseDiffusionOptions { Prediction = prediction, Variance = variance });
        foreach ((string name, Prediction prediction) in new[] { ("μ̃", Prediction.PosteriorMean), ("ε", Prediction.Epsilon) })
        {
            yield return new Recipe($"{name}, L, learned Σ", new VariationalObjective(Process(prediction, ReverseVariance.Learned)), seed);
            yield return new Recipe($"{name}, L, fixed Σ", new VariationalObjective(Process(prediction, ReverseVariance.FixedLarge)), seed);
            yield return new Recipe($"{name}, L_simple", new SimpleObjective(Process(prediction, ReverseVariance.FixedLarge)), seed);
        }
    }

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: true);
        using var measures = new SampleMeasures(experiment, data);
        ResultStore results = experiment.Results(Name);
        IEnumerable<KeyValuePair<string, ResultRow>> rows = RecipeTable.Compute(
            experiment,
            data,
            measures,
            results,
            seed => Recipes(experiment.Budget, seed));
        experiment.Publish(Name, MarkdownTable.Of(rows, Columns));
    }
}
