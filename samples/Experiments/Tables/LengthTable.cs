using Ddpm.Core;

namespace Ddpm.Experiments;

/// <summary>
/// Whether a network that predicts μ̃ catches up, as in Table 2 of Ho et al. 2020, when it is trained on L longer than the rows of the
/// other tables.
/// </summary>
internal static class LengthTable
{
    public const string Name = "length";

    private const int Times = 5;

    public static Recipe Longer(Budget budget, long seed)
    {
        Recipe recipe = ObjectivesTable.Recipes(budget, seed).Single(one =>
            one.Objective is VariationalObjective
            && one.Process.Options.Variance == ReverseVariance.FixedLarge
            && one.Process.Options.Prediction == Prediction.PosteriorMean);
        return recipe with { Name = $"{recipe.Name}, {Times} × as long", Length = Times };
    }

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: true);
        using var measures = new SampleMeasures(experiment, data);
        ResultStore results = experiment.Results(Name);
        Recipe recipe = Longer(experiment.Budget, experiment.Seed);
        results.Row(recipe.Name, () => RecipeRow.Compute(experiment, data, measures, recipe));
        experiment.Publish(Name, MarkdownTable.Of(results.Rows, ObjectivesTable.Columns));
    }
}
