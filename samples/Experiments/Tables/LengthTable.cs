using Ddpm.Core;

namespace Ddpm.Experiments;

/// <summary>Whether the network that predicts μ̃ catches up with the one that predicts ε, as in Table 2 of Ho et al. 2020, when both are trained on L longer than the other tables' rows.</summary>
internal static class LengthTable
{
    public const string Name = "length";

    private const int Times = 5;

    public static IEnumerable<Recipe> Recipes(Budget budget, long seed) => ObjectivesTable.Recipes(budget, seed)
        .Where(recipe => recipe.Objective is VariationalObjective && recipe.Process.Options.Variance == ReverseVariance.FixedLarge)
        .Select(recipe => recipe with { Name = $"{recipe.Name}, {Times} × as long", Length = Times });

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: true);
        using var measures = new SampleMeasures(experiment, data);
        ResultStore results = experiment.Results(Name);
        foreach (Recipe recipe in Recipes(experiment.Budget, experiment.Seed)) results.Row(recipe.Name, () => RecipeRow.Compute(experiment, data, measures, recipe));
        experiment.Publish(Name, MarkdownTable.Of(results.Rows, ObjectivesTable.Columns));
    }
}
