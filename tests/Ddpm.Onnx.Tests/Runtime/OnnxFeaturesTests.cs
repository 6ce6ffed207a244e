using Ddpm.Evaluation;
using static TorchSharp.torch;

namespace Ddpm.Onnx.Tests.Runtime;

/// <summary>Feature networks in ONNX under the measures.</summary>
public sealed class OnnxFeaturesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Extract_ImagesOfAnotherSize_AreResizedScaledAndNormalised()
    {
        string path = folder.File("features.onnx");
        ForeignModel.SaveFeatures(path, [1, 2, 3], 8);
        var options = new OnnxFeatureOptions { Size = (8, 8), Mean = [0.5, 0.5, 0.5], StandardDeviation = [0.25, 0.25, 0.25] };
        using var features = new OnnxFeatures(path, options);
        using Tensor images = full([2, 1, 4, 4], 255, uint8), actual = features.Extract(images);
        actual.shape.Should().Equal(2, 3);
        actual.data<float>().ToArray().Should().Equal(2, 4, 6, 2, 4, 6);
    }

    [Fact]
    public void FrechetDistance_OfTheFeatures_IsThatOfTheirMeans()
    {
        string path = folder.File("features.onnx");
        ForeignModel.SaveFeatures(path, [1, 1, 1], 4);
        using var features = new OnnxFeatures(path);
        using Generator generator = new(1);
        Tensor[] Images(int from) => [randint(from, from + 100, [64, 3, 4, 4], uint8, generator: generator)];
        using FeatureStatistics dark = FeatureExtraction.Statistics(features, Images(0)),
            light = FeatureExtraction.Statistics(features, Images(100));
        // Three means apart by 100/255 each.
        FrechetDistance.Compute(dark, light).Should().BeApproximately(3 * Math.Pow(100 / 255.0, 2), 0.02);
    }

    [Fact]
    public void Extract_ImagesThatDoNotFit_SaysSo()
    {
        string path = folder.File("features.onnx");
        ForeignModel.SaveFeatures(path, [1, 1, 1], 8);
        using var features = new OnnxFeatures(path);
        FluentActions.Invoking(() => features.Extract(zeros([2, 3, 4, 4], uint8))).Should().Throw<InvalidOperationException>()
            .WithMessage("*features.onnx takes pixel_values Float [?, 3, 8, 8], but images are [2, 3, 4, 4] after OnnxFeatureOpt*");
        FluentActions.Invoking(() => new OnnxFeatures(path, new OnnxFeatureOptions { Output = "pooled" })).Should()
            .Throw<ArgumentException>()
            .WithMessage("OnnxFeatureOptions.Output must be one of *features.onnx: features Float [?, 3, 1, 1], but is \"pooled\".*");
        FluentActions.Invoking(() => new OnnxFeatures(path, new OnnxFeatureOptions { Mean = [1] })).Should().Throw<ArgumentException>()
            .WithMessage("OnnxFeatureOptions.Mean must be 3 numbers, or empty, but is 1.*");
    }
}
