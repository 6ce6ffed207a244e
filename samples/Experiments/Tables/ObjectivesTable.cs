using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>Table 2 of Ho et al. 2020: what the network predicts, against what is minimised.</summary>
internal static class ObjectivesTable
{
    public const string Name = "objectives";

    public static IEnumerable<Recipe> Recipes(Budget budget, long seed)
    {
        ReverseDiffusion Process(Prediction prediction, ReverseVariance variance) => new(LinearSchedule.Scaled(budget.Timesteps), new ReverseDiffusionOptions { Prediction = prediction, Variance = variance });
        foreach ((string name, Prediction prediction) in new[] { ("μ̃", Prediction.PosteriorMean), ("ε", Prediction.Epsilon) })
        {
            yield return new Recipe($"{name}, L, learned Σ", new VariationalObjective(Process(prediction, ReverseVariance.Learned)), seed);
            yield return new Recipe($"{name}, L, fixed Σ", new VariationalObjective(Process(prediction, ReverseVariance.FixedLarge)), seed);
            yield return new Recipe($"{name}, L_simple", new SimpleObjective(Process(prediction, ReverseVariance.FixedLarge)), seed);
        }

        yield return Recipe.Paper(budget, seed + 1);
    }

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: true);
        using var measures = new SampleMeasures(experiment, data);
        ResultStore results = experiment.Results(Name);
        foreach (Recipe recipe in Recipes(experiment.Budget, experiment.Seed).Reverse())
        {
            string name = recipe.Seed == experiment.Seed ? recipe.Name : $"{recipe.Name}, seed {recipe.Seed}";
            results.Row(name, () => RecipeRow.Compute(experiment, data, measures, recipe));
        }

        results.Row("test pictures", () =>
        {
            using Tensor test = data.Test.Images(), first = test.narrow(0, 0, Math.Min(experiment.Budget.Samples, test.size(0))).clone();
            return new ResultRow(measures.Of(first).Remove(SampleMeasures.FidTest)); // they are of the test set
        });
        experiment.Publish(Name, MarkdownTable.Of(results.Rows, (SampleMeasures.Fid, "F2"), (SampleMeasures.FidTest, "F2"), (SampleMeasures.Kid, "F3"), (SampleMeasures.Score, "F2"), (RecipeRow.Bits, "F3"), (RecipeRow.Prior, "F5"), (RecipeRow.Rate, "F3"), (RecipeRow.Distortion, "F3")));
    }
}
