using System.Collections.Immutable;

namespace Ddpm.Experiments.Tests;

public sealed class MarkdownTableTests
{
    [Fact]
    public void Of_CellsWithBars_EscapesThem() =>
        MarkdownTable.Of(["", "KL(q(x_T | x_0) ‖ p)"], [["a|b", "1"]])
            .Should().Be("|  | KL(q(x_T \\| x_0) ‖ p) |\n| --- | ---: |\n| a\\|b | 1 |\n");

    [Fact]
    public void Of_RowsWithAndWithoutNumbers_ShowsErrorsNotesAndGaps()
    {
        var rows = new Dictionary<string, ResultRow>
        {
            ["good"] = new(
                ImmutableSortedDictionary<string, Measured>.Empty.Add("FID", new Measured(3.168, 0.104)).Add("IS", new Measured(9.46))),
            ["half"] = new(ImmutableSortedDictionary<string, Measured>.Empty.Add("IS", new Measured(1))),
            ["noted"] = new(ImmutableSortedDictionary<string, Measured>.Empty.Add("FID", new Measured(2)), "1 of 2 trainings"),
            ["bad"] = ResultRow.Failed("not finite"),
        };
        MarkdownTable.Of(rows, ("FID", "F2"), ("IS", "F1")).Should().Be(
            "|  | FID | IS |\n| --- | ---: | ---: |\n| good | 3.17 ± 0.10 | 9.5 |\n| half | – | 1.0 |\n| noted (1 of 2 trainings) | 2.00 | "
                + "– |\n| bad | not finite | – |\n");
    }
}
