using Ddpm.Data;
using static TorchSharp.torch;

namespace Toys.Tests;

public sealed class ToyRunTests : IDisposable
{
    private readonly DirectoryInfo output = Directory.CreateTempSubdirectory("ddpm-toys-");

    public void Dispose() => output.Delete(recursive: true);

    [Fact]
    public void Execute_FewSteps_WritesEveryPlotOfEverySetAndJudgesThem()
    {
        using var console = new StringWriter();
        ToyOptions options = new([PlanarData.Moons, PlanarData.Rings], 2, 1, output);
        IReadOnlyList<ToyScore> scores = ToyRun.Execute(options, console, default);

        scores.Select(score => score.Set).Should().Equal(options.Sets);
        // Two steps teach nothing; what is real does not depend on the network.
        scores.Should().OnlyContain(score => !score.Good && Math.Abs(score.Real) < 0.01 && score.Normal > 2 * Math.Abs(score.Real));
        console.ToString().Should().Contain("two moons").And.Contain("four rings").And.Contain("not learned");
        string[] kinds = ["processes", "density", "paths"], endings = [".png", ".svg", "-dark.svg"];
        string[] plots = [.. kinds.SelectMany(kind => endings.Select(ending => kind + ending)), "motion.svg", "motion.png"];
        output.GetFiles().Select(file => file.Name)
            .Should().BeEquivalentTo(options.Sets.SelectMany(set => plots.Select(plot => $"{set.Name}-{plot}")));
        output.GetFiles().Should().OnlyContain(file => file.Length > 2000 && file.Length < 2_000_000);
    }

    [Fact]
    public void Execute_Stopped_EndsAndWritesNothing()
    {
        ToyOptions options = new([PlanarData.Moons], 1000, 1, output);
        FluentActions.Invoking(() => ToyRun.Execute(options, TextWriter.Null, new CancellationToken(true)))
            .Should().Throw<OperationCanceledException>();
        output.GetFiles().Should().BeEmpty();
    }

    [Fact]
    public void EnergyDistance_KnownPoints_IsThatOfTheFormula()
    {
        // On a line: |0-1|, |0-3|, |2-1|, |2-3| have the mean 1.5; the pairs are 2 and 2 apart.
        using Tensor first = tensor(new float[,] { { 0, 0 }, { 2, 0 } }), second = tensor(new float[,] { { 1, 0 }, { 3, 0 } });
        EnergyDistance.Compute(first, second).Should().BeApproximately(2 * 1.5 - 2 - 2, 1e-12);
    }

    [Fact]
    public void Score_Good_IsThreeTenthsOfTheNormalDistributionsDistance()
    {
        new ToyScore(PlanarData.Moons, 0.029, 0.05, 0, 0.1).Good.Should().BeTrue();
        new ToyScore(PlanarData.Moons, 0.031, 0.01, 0, 0.1).Good.Should().BeFalse();
    }
}
