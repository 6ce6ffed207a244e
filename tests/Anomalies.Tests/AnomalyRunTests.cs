using Ddpm.Evaluation;
using Ddpm.Evaluation.Tests.RealData;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Anomalies.Tests;

public sealed class AnomalyRunTests : IDisposable
{
    private readonly DirectoryInfo output = Directory.CreateTempSubdirectory("ddpm-anomalies-");

    public void Dispose() => output.Delete(recursive: true);

    [FashionMnistFact]
    public void Execute_FewSteps_ScoresEveryMethodAndWritesTableAndPicture()
    {
        var data = new DirectoryInfo(Path.GetDirectoryName(FashionMnistFactAttribute.FilePath("train-images-idx3-ubyte.gz"))!);
        using var console = new StringWriter();
        var options = new AnomalyOptions(data, AnomalySets.Sneaker, Steps: 2, Percent: 2, Pictures: 3, Seed: 1, output);
        IReadOnlyList<Scores> all = AnomalyRun.Execute(options, console, default);

        all.Select(scores => scores.Method).Should().Equal("mean", "nearest", "PCA 32", "DDPM, white noise", "DDPM, octave noise");
        all.Should().OnlyContain(scores => scores.Areas.Count == 9 + 1 + 2 * 3);
        all.SelectMany(scores => scores.Areas).Should().OnlyContain(area => area.Area >= 0 && area.Area <= 1);
        // What needs no training: bags do not look like sneakers.
        all.Take(3).Should().OnlyContain(scores => scores.Areas.Single(area => area.Row == "Bag").Area > 0.9);
        string table = File.ReadAllText(Path.Combine(output.FullName, "anomalies.md"));
        console.ToString().Should().Contain(table).And.Contain("octave noise: step 2/2");
        using Tensor picture = ImageFile.Load(Path.Combine(output.FullName, "anomalies.png"));
        picture.size(2).Should().BeGreaterThan(8 * 3 * 28);
    }

    [Fact]
    public void PrincipalComponents_OfPicturesInThePlane_ReconstructThemExactly()
    {
        using var scope = NewDisposeScope();
        // 40 pictures in a plane of two directions around a mean.
        using var generator = new Generator(1);
        Tensor directions = randn([2, 16], float64, generator: generator), mean = randn([16], float64, generator: generator);
        Tensor pictures = (randn([40, 2], float64, generator: generator).matmul(directions) + mean).reshape(40, 1, 4, 4);
        Method two = PlainMethods.PrincipalComponents(pictures, 2), one = PlainMethods.PrincipalComponents(pictures, 1);
        using AnomalyMaps exact = two.Detect(pictures.to(float32), 0), rough = one.Detect(pictures.to(float32), 0);
        exact.MeanErrors.Should().OnlyContain(error => error < 1e-10);
        rough.MeanErrors.Average().Should().BeGreaterThan(1e-3);
    }
}
