using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.RealData;

/// <summary>The model of samples/models/fashion-mnist, which comes with the web sample, against the data that it was made of.</summary>
[Collection(PublishedSamplesGroup.Name)]
[Trait("Category", "Slow")]
public sealed class PublishedModelTests(PublishedSamples published)
{
    private const int Count = PublishedSamples.Count;

    [FashionMnistFact]
    public void Samples_OfEachClass_AreToldLikeTestPicturesAndAreNoCopies()
    {
        using var scope = NewDisposeScope();
        using ImageDataset train = Images("train"), test = Images("t10k");
        Tensor known = train.Images().to(float32).flatten(1), labels = train.ImageLabels()!;
        // The nearest class mean is a poor classifier, about two in three, but nobody trained it to like these samples.
        Tensor means = stack([.. Enumerable.Range(0, 10).Select(k => known[labels.eq(k)].mean([0]))]);
        Tensor heldOut = test.Images().narrow(0, 0, 2000).to(float32).flatten(1);
        double told = Agreement(heldOut, test.ImageLabels()!.narrow(0, 0, 2000), means);

        Tensor samples = published.Images.to(float32).flatten(1);

        // 100 samples that are told as often as test pictures are below this once in a thousand times.
        Agreement(samples, tensor(published.Labels), means).Should().BeGreaterThan(told - (3 * Math.Sqrt(told * (1 - told) / Count)));
        double Median(Tensor pictures) =>
            NearestNeighbours.Find(pictures, known).Select(one => one.Distance).Order().ElementAt((int)pictures.size(0) / 2);
        double nearest = Median(samples.narrow(0, 0, Count / 2)), usual = Median(heldOut.narrow(0, 0, Count / 2));
        nearest.Should().BeInRange(0.7 * usual, 1.3 * usual);
    }

    [FashionMnistFact]
    public void Bound_OfTestPictures_IsBelowTheirSizeInGzip()
    {
        using ImageDataset test = Images("t10k");
        using TrainedModel model = PublishedSamples.LoadModel();
        using CompiledModel compiled = CompiledModel.Of(model.Network);
        BoundReport report = DatasetBound.Evaluate(
            new VariationalBound(compiled.Model, PublishedSamples.Respaced(model.Process, 20)),
            test,
            new DatasetBoundOptions { Examples = 32, BatchSize = 32, Seed = 1 });
        double gzip = new FileInfo(FashionMnistFactAttribute.FilePath("t10k-images-idx3-ubyte.gz")).Length * 8.0 / (10_000 * 28 * 28);
        report.Total.Mean.Should().BeLessThan(gzip - (3 * report.Total.StandardError));
    }

    private static ImageDataset Images(string part) =>
        IdxFile.Images(FashionMnistFactAttribute.FilePath($"{part}-images-idx3-ubyte.gz"),
            FashionMnistFactAttribute.FilePath($"{part}-labels-idx1-ubyte.gz"));

    private static double Agreement(Tensor pictures, Tensor labels, Tensor means) =>
        cdist(pictures, means).argmin(1).eq(labels).to(float64).mean().item<double>();
}
