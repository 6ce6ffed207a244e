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
    [InlineData(0, "0 s")]
    [InlineData(-0.0, "0 s")]
    [InlineData(-3, "0 s")]
    [InlineData(0.0000123, "0.000012 s")]
    [InlineData(0.0344, "0.034 s")]
    [InlineData(9.949, "9.9 s")]
    [InlineData(9.96, "10 s")]
    [InlineData(12.5, "13 s")]
    [InlineData(59.4, "59 s")]
    [InlineData(59.5, "1 min 0 s")]
    [InlineData(59.7, "1 min 0 s")]
    [InlineData(60, "1 min 0 s")]
    [InlineData(119.6, "2 min 0 s")]
    [InlineData(3599.4, "59 min 59 s")]
    [InlineData(3599.7, "1 h 0 min")]
    [InlineData(3600, "1 h 0 min")]
    [InlineData(7199, "2 h 0 min")]
    [InlineData(18_720, "5 h 12 min")]
    [InlineData(86_369, "23 h 59 min")]
    [InlineData(86_399, "1 d 0 h")]
    [InlineData(86_400, "1 d 0 h")]
    [InlineData(172_799, "2 d 0 h")]
    [InlineData(273_600, "3 d 4 h")]
    [InlineData(1e9, "11,574 d 2 h")]
    public void Duration_OfATime_IsRoundedToTheLastUnitShown(double seconds, string expected) =>
        Duration.Of(TimeSpan.FromSeconds(seconds)).Should().Be(expected);

    [Theory]
    [InlineData(64, 0, 8)]
    [InlineData(16, 1, 4)]
    [InlineData(5, 0, 3)]
    [InlineData(1, 0, 1)]
    [InlineData(64, 2, 8)]
    [InlineData(64, 3, 8)]
    [InlineData(64, 10, 7)]
    [InlineData(60, 10, 6)]
    [InlineData(16, 10, 2)]
    [InlineData(64, 16, 4)]
    [InlineData(64, 17, 8)]
    [InlineData(4, 2, 2)]
    public void Grid_Columns_MakeRowsOfClassesAndTheWholeNearlySquare(int count, int classes, int expected) =>
        GridLayout.Columns(count, classes).Should().Be(expected);

    [Theory]
    [InlineData(28, 64, 3)]
    [InlineData(8, 5, 8)]
    [InlineData(32, 64, 2)]
    [InlineData(64, 64, 1)]
    [InlineData(256, 4, 1)]
    [InlineData(28, 10_000, 1)]
    public void Grid_SmallPictures_AreEnlargedByAWholeFactor(int side, int count, int expected) =>
        GridLayout.Of(count, side, side).Scale.Should().Be(expected);

    [Fact]
    public void Settings_OfAProgram_AreNumbersAndFlagsWhereTheyLookLikeThem() =>
        SettingsJson.OfProgram(new Dictionary<string, string>
        {
            ["LearningRate"] = "0.0002",
            ["Seed"] = "-7",
            ["IsCausal"] = "True",
            ["Decay"] = "cosine over 2 steps",
            ["ComputeType"] = "",
            ["Limit"] = "NaN",
        }).ToJsonString().Should().Be(
            """{"LearningRate":0.0002,"Seed":-7,"IsCausal":true,"Decay":"cosine over 2 steps","ComputeType":"","Limit":"NaN"}""");

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
