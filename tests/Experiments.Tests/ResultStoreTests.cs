using System.Collections.Immutable;

namespace Ddpm.Experiments.Tests;

public sealed class ResultStoreTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-results-");

    private string FilePath => Path.Combine(folder.FullName, "results.json");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Row_ThatIsThere_IsNotComputedAgainAndComesBackWhole()
    {
        var row = new ResultRow(
            ImmutableSortedDictionary<string, Measured>.Empty.Add("FID", new Measured(1.25, 0.5)).Add("IS", new Measured(double.Epsilon)));
        new ResultStore(FilePath, "seed 1").Row("ε, L_simple", () => row);
        new ResultStore(FilePath, "seed 1").Row("μ̃, L", () => ResultRow.Failed("not finite"));

        var again = new ResultStore(FilePath, "seed 1");
        again.Row("ε, L_simple", () => throw new InvalidOperationException("computed again")).Measures.Should().Equal(row.Measures);
        again.Rows.Keys.Should().Equal("ε, L_simple", "μ̃, L");
        again.Rows["μ̃, L"].Note.Should().Be("not finite");
    }

    [Fact]
    public void Row_WhoseComputationFails_LeavesTheOthers()
    {
        var store = new ResultStore(FilePath, "seed 1");
        store.Row("first", () => ResultRow.Failed("a note"));
        store.Invoking(one => one.Row("second", () => throw new OperationCanceledException())).Should().Throw<OperationCanceledException>();
        new ResultStore(FilePath, "seed 1").Rows.Keys.Should().Equal("first");
    }

    [Theory]
    [InlineData("{ \"Settings\": \"seed 1\", \"Rows\": { \"a\"")]
    [InlineData("{ }")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{ \"Settings\": \"seed 1\", \"Rows\": null }")]
    [InlineData("{ \"Settings\": \"seed 1\", \"Rows\": { \"a\": { \"Measures\": null } } }")]
    [InlineData("{ \"Settings\": \"seed 1\", \"Rows\": { \"a\": { \"Measures\": { \"FID\": { \"Value\": \"1\" } } } } }")]
    [InlineData("{ \"Settings\": \"seed 1\", \"Settings\": \"seed 1\", \"Rows\": { } }")]
    [InlineData("{ \"Settings\": \"seed \\ud800\", \"Rows\": { } }")]
    public void Store_OfADamagedFile_IsRefusedAndNamed(string text)
    {
        File.WriteAllText(FilePath, text);
        FluentActions.Invoking(() => new ResultStore(FilePath, "seed 1")).Should().Throw<IOException>()
            .WithMessage("*results.json holds no results*emove it.");
        File.ReadAllText(FilePath).Should().Be(text);
    }

    [Fact]
    public void Store_OfOtherSettings_IsRefusedWithBothNamed()
    {
        new ResultStore(FilePath, "seed 1, full budget").Row("first", () => ResultRow.Failed("a note"));
        byte[] before = File.ReadAllBytes(FilePath);
        FluentActions.Invoking(() => new ResultStore(FilePath, "seed 1, quick budget")).Should().Throw<IOException>()
            .WithMessage("*seed 1, full budget*seed 1, quick budget*");
        File.ReadAllBytes(FilePath).Should().Equal(before);
    }
}
