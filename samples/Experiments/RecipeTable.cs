using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>A table of recipes, each of which is trained several times, every time from another seed.</summary>
internal static class RecipeTable
{
    /// <summary>The row of real pictures that no network saw.</summary>
    public const string TestPictures = "test pictures";

    /// <summary>Computes what is not there yet of every training, and sums up the trainings of each recipe.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="data">The data.</param>
    /// <param name="measures">What samples are measured with, the same for all rows.</param>
    /// <param name="results">Where each training's numbers are kept.</param>
    /// <param name="recipes">The recipes for a seed.</param>
    /// <returns>A row for each recipe, and one for pictures of the test set.</returns>
    public static IEnumerable<KeyValuePair<string, ResultRow>> Compute(
        Experiment experiment,
        FashionMnist data,
        SampleMeasures measures,
        ResultStore results,
        Func<long, IEnumerable<Recipe>> recipes)
    {
        Recipe[] all = [.. Enumerable.Range(0, experiment.Budget.Trainings).SelectMany(repeat => recipes(experiment.Seed + repeat))];
        foreach (Recipe recipe in all) results.Row(Key(recipe), () => RecipeRow.Compute(experiment, data, measures, recipe));
        IEnumerable<KeyValuePair<string, ResultRow>> rows = all.GroupBy(
            recipe => recipe.Name,
            (name, trainings) => KeyValuePair.Create(name, ResultRow.Mean([.. trainings.Select(recipe => results.Rows[Key(recipe)])])));
        ResultRow test = results.Row(TestPictures, () =>
        {
            using Tensor pictures = data.FirstOfTest(experiment.Budget.Samples);
            return new ResultRow(measures.OfTest(pictures));
        });
        return rows.Append(KeyValuePair.Create(TestPictures, test));

        string Key(Recipe recipe) =>
            recipe.Seed == experiment.Seed ? recipe.Name : FormattableString.Invariant($"{recipe.Name}, seed {recipe.Seed}");
    }
}
