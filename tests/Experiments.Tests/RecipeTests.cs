using Ddpm.Core;

namespace Ddpm.Experiments.Tests;

public sealed class RecipeTests
{
    [Fact]
    public void Objectives_AreTheSixOfTable2()
    {
        Recipe[] recipes = [.. ObjectivesTable.Recipes(Budget.Full, 1)];
        recipes.Select(recipe =>
            (
                recipe.Process.Options.Prediction,
                recipe.Process.Options.Variance,
                recipe.Objective is VariationalObjective,
                recipe.Seed)).Should().BeEquivalentTo(
        [
            (Prediction.PosteriorMean, ReverseVariance.Learned, true, 1L),
            (Prediction.PosteriorMean, ReverseVariance.FixedLarge, true, 1L),
            (Prediction.PosteriorMean, ReverseVariance.FixedLarge, false, 1L),
            (Prediction.Epsilon, ReverseVariance.Learned, true, 1L),
            (Prediction.Epsilon, ReverseVariance.FixedLarge, true, 1L),
            (Prediction.Epsilon, ReverseVariance.FixedLarge, false, 1L),
        ]);
        recipes.Should()
            .OnlyContain(recipe =>
                recipe.Process.Coefficients.Timesteps == 1000
                    && Math.Abs(recipe.Process.Coefficients.Betas[0] - 1e-4) < 1e-12
                    && Math.Abs(recipe.Process.Coefficients.Betas[999] - 0.02) < 1e-12);
    }

    [Fact]
    public void Recipes_OfAllTables_HaveFoldersOfTheirOwn()
    {
        Recipe[] recipes =
        [
            .. new[] { 1L, 2, 3 }.SelectMany(seed =>
                ObjectivesTable.Recipes(Budget.Full, seed).Append(LengthTable.Longer(Budget.Full, seed))
                    .Concat(ChoicesTable.Recipes(Budget.Full, seed))),
        ];
        string[] folders = [.. recipes.Select(recipe => $"{TrainedRecipe.Slug(recipe.Name)}-{recipe.Seed}")];
        folders.Should()
            .OnlyHaveUniqueItems().And.OnlyContain(name => name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'));
    }

    [Fact]
    public void Length_IsThePosteriorMeanOnTheBoundFiveTimesAsLong()
    {
        Recipe recipe = LengthTable.Longer(Budget.Full, 1);
        (recipe.Name, recipe.Length, recipe.Process.Options.Prediction, recipe.Process.Options.Variance).Should()
            .Be(("μ̃, L, fixed Σ, 5 × as long", 5, Prediction.PosteriorMean, ReverseVariance.FixedLarge));
        recipe.Objective.Should().BeOfType<VariationalObjective>();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Network_OfEveryRow_DiffersInItsLastLayerOnly(int outputs)
    {
        (TrainedRecipe.NetworkOptions(14, outputs) with { OutChannels = 1 }).Should().Be(TrainedRecipe.NetworkOptions(14, 1));
        TrainedRecipe.NetworkOptions(14, outputs).OutChannels.Should().Be(outputs);
    }
}
