using System.Text.Json.Nodes;
using Ddpm.Cli.Output;

namespace Ddpm.Cli.Tests;

public sealed class OutputTests
{
    [Theory]
    [InlineData(0, "0 images")]
    [InlineData(1, "1 image")]
    [InlineData(2, "2 images")]
    [InlineData(12_345, "12,345 images")]
    public void Amount_OfThings_HasTheirPlural(long count, string expected) => Amount.Of(count, "image").Should().Be(expected);

    [Theory]
    [InlineData(64, 0, 8)]
    [InlineData(16, 1, 4)]
    [InlineData(5, 0, 3)]
    [InlineData(1, 0, 1)]
    [InlineData(64, 2, 8)]
    [InlineData(64, 3, 9)]
    [InlineData(64, 10, 10)]
    [InlineData(60, 10, 10)]
    [InlineData(16, 10, 10)]
    [InlineData(64, 16, 16)]
    [InlineData(64, 17, 8)]
    [InlineData(4, 2, 2)]
    public void Grid_Columns_AreWholeRoundsOfClassesAndNearlySquare(int count, int classes, int expected) =>
        GridLayout.Columns(count, classes).Should().Be(expected);

    [Theory]
    [InlineData(28, 64, 3)]
    [InlineData(8, 5, 8)]
    [InlineData(32, 64, 2)]
    [InlineData(64, 64, 1)]
    [InlineData(256, 4, 1)]
    [InlineData(28, 10_000, 1)]
    public void Grid_SmallPictures_AreEnlargedByAWholeFactor(int side, int count, int expected) =>
        GridLayout.Of(count, side, side, 0).Scale.Should().Be(expected);

    [Fact]
    public void Settings_Numbers_AreNumbersAndTextsThatLookLikeThemAreTexts()
    {
        JsonObject json = SettingsJson.Of(new Dictionary<string, string>
        {
            ["steps"] = "50",
            ["samples-steps"] = "20",
            ["eta"] = "0.5",
            ["seed"] = "-7",
            ["model"] = "7",
            ["label"] = "3",
            ["spacing"] = "all",
        });
        json.ToJsonString().Should().Be(
            """{"steps":50,"samples-steps":20,"eta":0.5,"seed":-7,"model":"7","label":"3","spacing":"all"}""");
    }
}
