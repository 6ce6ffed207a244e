using System.Text.Json;
using Ddpm.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Features;

public sealed class FeatureTests
{
    private static readonly JsonElement Reference = JsonDocument.Parse(File.ReadAllText(Golden("tiny_features.json"))).RootElement;

    [Theory]
    [InlineData("tiny_features.pt", true, 0, "features")]
    [InlineData("tiny_features.pt", false, 0, "logits")]
    [InlineData("tiny_pair.pt", false, 0, "features")]
    [InlineData("tiny_pair.pt", false, 1, "logits")]
    public void Extract_ScriptOfPython_GivesItsOutputs(string file, bool returnFeatures, int output, string expected)
    {
        using var extractor = new TorchScriptFeatures(
            Golden(file), new TorchScriptOptions { ReturnFeatures = returnFeatures, Output = output });
        using Tensor images = Images(), features = extractor.Extract(images);
        features.flatten().data<float>().ToArray().Should().Equal(Numbers(expected), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Extract_SpatialOutput_GivesTheFirstChannelsPlaceByPlace()
    {
        using var extractor = new TorchScriptFeatures(Golden("tiny_spatial.pt"), new TorchScriptOptions { SpatialChannels = 2 });
        using Tensor images = Images(), features = extractor.Extract(images);
        features.shape.Should().Equal(2, 2 * 4 * 4);
        features.flatten().data<float>().ToArray().Should().Equal(Numbers("spatial_first2"), (a, b) => Math.Abs(a - b) < 1e-6);
        using var many = new TorchScriptFeatures(Golden("tiny_spatial.pt"), new TorchScriptOptions { SpatialChannels = 6 });
        FluentActions.Invoking(() => many.Extract(images)).Should().Throw<InvalidOperationException>()
            .WithMessage("*must give [B, C, H, W] with C of at least 6*but gives [2, 5, 4, 4]*");
        using var without = new TorchScriptFeatures(Golden("tiny_spatial.pt"));
        FluentActions.Invoking(() => without.Extract(images)).Should().Throw<InvalidOperationException>()
            .WithMessage("*must give features [2, D], but gives [2, 5, 4, 4]*");
        FluentActions.Invoking(() => new TorchScriptFeatures(Golden("tiny_spatial.pt"), new TorchScriptOptions { SpatialChannels = 0 }))
            .Should().Throw<ArgumentException>().WithMessage("*SpatialChannels must be at least 1, or null, but is 0*");
    }

    [Theory]
    [InlineData(ResizeFilter.Bilinear, "bilinear_first4")]
    [InlineData(ResizeFilter.BilinearAntialiased, "bilinear_aa_first4")]
    [InlineData(ResizeFilter.BicubicAntialiased, "bicubic_aa_first4")]
    public void Prepared_Filters_AreThoseOfPyTorch(ResizeFilter filter, string expected)
    {
        using var extractor = new TorchScriptFeatures(Golden("tiny_pair.pt"), new TorchScriptOptions { Size = (5, 7), Filter = filter });
        using Tensor images = Images(), prepared = extractor.Prepared(images);
        prepared.shape.Should().Equal(2, 3, 5, 7);
        prepared.flatten().narrow(0, 0, 4).data<float>().ToArray().Should().Equal(Numbers(expected), (a, b) => Math.Abs(a - b) < 1e-3);
    }

    [Theory]
    [InlineData(ResizeFilter.BicubicAntialiased, "bicubicFloat", 1e-4)]
    [InlineData(ResizeFilter.BilinearAntialiased, "bilinearFloat", 1e-4)]
    [InlineData(ResizeFilter.BicubicBytes, "bicubicBytes", 0)]
    [InlineData(ResizeFilter.BilinearBytes, "bilinearBytes", 0)]
    public void Prepared_Filters_AreThoseOfPillow(ResizeFilter filter, string expected, double tolerance)
    {
        // Pillow 9.4: on mode "F" clipped to 0 … 255, which is clean-fid's rule, and on mode "L". Smaller, larger, and one of each.
        JsonElement cases = JsonDocument.Parse(File.ReadAllText(Golden("pillow_resize.json"))).RootElement;
        foreach (string name in new[] { "down", "up", "mixed" })
        {
            JsonElement one = cases.GetProperty(name);
            (int height, int width) = (Side("outHeight"), Side("outWidth"));
            byte[] pixels = [.. one.GetProperty("pixels").EnumerateArray().Select(pixel => pixel.GetByte())];
            using Tensor images = tensor(pixels).reshape(1, 1, Side("height"), Side("width"));
            using var extractor = new TorchScriptFeatures(
                Golden("tiny_pair.pt"), new TorchScriptOptions { Size = (height, width), Filter = filter });
            using Tensor prepared = extractor.Prepared(images), first = prepared[0, 0].flatten().contiguous();
            first.data<float>().ToArray().Should().Equal(
                one.GetProperty(expected).EnumerateArray().Select(value => value.GetSingle()),
                (a, b) => Math.Abs(a - b) <= tolerance, "{0}", name);

            int Side(string side) => one.GetProperty(side).GetInt32();
        }
    }

    [Fact]
    public void Prepared_ScalesAndGrayscale_AreAsDocumented()
    {
        using Tensor gray = tensor(new byte[] { 0, 255, 51, 102 }).reshape(1, 1, 2, 2);
        float[] First(TorchScriptOptions options)
        {
            using var extractor = new TorchScriptFeatures(Golden("tiny_pair.pt"), options);
            using Tensor prepared = extractor.Prepared(gray);
            prepared.shape.Should().Equal(1, 3, 2, 2);
            return [.. prepared[0, 2].flatten().to(float32).data<float>().ToArray().Select(value => MathF.Round(value, 4))];
        }

        First(new TorchScriptOptions()).Should().Equal(0, 255, 51, 102);
        First(new TorchScriptOptions { Scale = PixelScale.UnitInterval }).Should().Equal(0, 1, 0.2f, 0.4f);
        First(new TorchScriptOptions { Scale = PixelScale.MinusOneToOne }).Should().Equal(-1, 1, -0.6f, -0.2f);
        First(new TorchScriptOptions { Scale = PixelScale.UnitInterval, Mean = [9, 9, 0.5], StandardDeviation = [9, 9, 0.25] })
            .Should().Equal(-2, 2, -1.2f, -0.4f);
    }

    [Fact]
    public void Statistics_AnyBatchSize_AreThoseOfAllFeatures()
    {
        using Tensor images = randint(256, [30, 3, 4, 4], uint8, generator: new Generator(1)),
            features = new PixelFeatures().Extract(images);
        features.shape.Should().Equal(30, 48);
        using FeatureStatistics whole = FeatureStatistics.Of(features);
        foreach (int size in new[] { 1, 7, 30 })
        {
            var done = new List<long>();
            using FeatureStatistics parts = FeatureExtraction.Statistics(
                new PixelFeatures(), images.split(size), progress: new Relay<long>(done.Add));
            parts.Covariance.sub(whole.Covariance).abs().max().item<double>().Should().BeLessThan(1e-12);
            done.Should().HaveCount((30 + size - 1) / size).And.EndWith(30);
            using Tensor joined = FeatureExtraction.Features(new PixelFeatures(), images.split(size));
            joined.Equals(features).Should().BeTrue();
        }

        FluentActions.Invoking(() => FeatureExtraction.Statistics(new PixelFeatures(), [])).Should().Throw<ArgumentException>()
            .WithMessage("batches must have at least 2 images*but have 0*");
        FluentActions.Invoking(() => FeatureExtraction.Statistics(new PixelFeatures(), images.split(1),
            cancellationToken: new CancellationToken(true))).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Extract_WrongFileOrImagesOrOptions_IsNamed()
    {
        string text = Path.GetTempFileName();
        File.WriteAllText(text, "no network");
        try
        {
            FluentActions.Invoking(() => new TorchScriptFeatures(text)).Should().Throw<InvalidDataException>()
                .WithMessage($"{text} is not a TorchScript file that can be loaded*");
        }
        finally
        {
            File.Delete(text);
        }

        FluentActions.Invoking(() => new TorchScriptFeatures("none.pt")).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => new TorchScriptFeatures(
            Golden("tiny_pair.pt"), new TorchScriptOptions { StandardDeviation = [1, 0, 1] })).Should().Throw<ArgumentException>()
            .WithMessage("*StandardDeviation must be 3 positive numbers, or empty, but is 1, 0, 1*");
        using var extractor = new TorchScriptFeatures(Golden("tiny_pair.pt"), new TorchScriptOptions { Output = 2 });
        using Tensor images = Images(), floats = zeros(1, 3, 4, 4), two = zeros([1, 2, 4, 4], uint8), tiny = zeros([1, 3, 2, 2], uint8);
        FluentActions.Invoking(() => extractor.Extract(images)).Should().Throw<InvalidOperationException>()
            .WithMessage("*must give output 2 of*but gives 2 tensors*");
        FluentActions.Invoking(() => extractor.Extract(floats)).Should().Throw<ArgumentException>()
            .WithMessage("images must be uint8, but is Float32*");
        FluentActions.Invoking(() => extractor.Extract(two)).Should().Throw<ArgumentException>()
            .WithMessage("images must have the shape [B, 1, H, W] or [B, 3, H, W], but has [1, 2, 4, 4]*");
        FluentActions.Invoking(() => extractor.Extract(tiny)).Should().Throw<InvalidOperationException>()
            .WithMessage("*tiny_pair.pt does not take images Byte [1, 3, 2, 2]: *");
    }

    [Fact]
    public void Extract_Repeated_LeavesNoTensor()
    {
        using var extractor = new TorchScriptFeatures(Golden("tiny_pair.pt"),
            new TorchScriptOptions { Size = (5, 7), Scale = PixelScale.UnitInterval, Mean = [0, 0, 0], Output = 1 });
        using Tensor images = Images();
        extractor.Extract(images).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 5; i++) extractor.Extract(images).Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static float[] Numbers(string name) => [.. Reference.GetProperty(name).EnumerateArray().Select(value => value.GetSingle())];

    private static Tensor Images() => (arange(2 * 3 * 9 * 9, dtype: int64) * 37 % 256).to(uint8).reshape(2, 3, 9, 9);

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Goldens", name);
}
