using Ddpm.Data;
using Ddpm.Evaluation;
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
        scores.Should().OnlyContain(score => !score.Good && score.Real.Precision > 0.9 && score.Real.Recall > 0.9);
        scores.Should().OnlyContain(score => score.Normal.Precision < score.LeastPrecision && score.Seconds > 0);
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

    [Theory]
    [InlineData("moons", 0.9, 0.93, true)]
    [InlineData("moons", 0.89, 1, false)]
    [InlineData("moons", 1, 0.92, false)]
    [InlineData("rings", 0.8, 0.93, true)]
    [InlineData("rings", 0.79, 0.93, false)]
    public void Score_Good_NeedsPrecisionAndRecall(string set, double precision, double recall, bool good)
    {
        PrecisionRecallResult other = new(0.5, 0.5);
        new ToyScore(PlanarData.Of(set), new(precision, recall), other, other, other, 1).Good.Should().Be(good);
    }

    [Fact]
    public void FourierModel_Predict_TellsPlacesApartThatAreNear()
    {
        using var model = new FourierModel(seed: 1);
        using Tensor places = tensor(new float[,] { { 0, 0 }, { 0.1f, 0 }, { 0, 0 } }), time = zeros(3, int64);
        using var quiet = no_grad();
        float[] predicted = model.Predict(places, time).data<float>().ToArray();
        predicted.Should().HaveCount(6);
        predicted[..2].Should().Equal(predicted[4..]).And.NotEqual(predicted[2..4]);
    }
}
