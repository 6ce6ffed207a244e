using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Evaluation;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

public sealed class EvaluateCommandTests : IDisposable
{
    private static readonly string Network = Path.Combine(AppContext.BaseDirectory, "Goldens", "tiny_features.pt");
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Bpd_IdxAndPictures_IsTheBoundOfTheLibrary()
    {
        here.SaveModel();
        here.SaveIdx("test", 5, seed: 1);
        here.SavePictures("train", 4, seed: 2);
        (int code, string table, string error) = here.Run(
            "evaluate",
            "bpd",
            "{model}",
            "{test}",
            "--steps",
            "3",
            "--draws",
            "2",
            "--plot",
            "{rd.png}",
            "--seed",
            "6");
        (code, error).Should().Be((0, ""));
        table.Should().Contain("bits_per_dim").And.Contain("spacing trailing, steps 3");
        new FileInfo(here["rd.png"]).Length.Should().BeGreaterThan(1000);

        JsonObject json = here.Json(
            "evaluate",
            "bpd",
            "{model}",
            "{test}",
            "--train",
            "{train}",
            "--steps",
            "3",
            "--draws",
            "2",
            "--seed",
            "6",
            "--batch-size",
            "2");
        using TrainedModel model = ModelFolder.Load(here["model"]);
        ReverseDiffusion process = model.Process.Respace(3);
        using Tensor test = PixelConversion.FromBytes(Workplace.Images(5, 1));
        using Tensor images = Workplace.Images(4, 2);
        using Tensor train = PixelConversion.FromBytes(images.index_select(0, tensor(new long[] { 0, 2, 1, 3 })));
        var bound = new VariationalBound(model.Network, process, new BoundOptions { Draws = 2 });
        BoundReport expected = bound.Evaluate(test, new PerSampleNoise(6));
        Value(json, "bits_per_dim").Should().BeApproximately(expected.Total.Mean, 1e-6 * expected.Total.Mean);
        Value(json, "bits_per_dim_train").Should()
            .BeApproximately(bound.Evaluate(train, new PerSampleNoise(6)).Total.Mean, 1e-5, "the folder's images come class by class");
        json["series"]!["terms"]!["rows"]!.AsArray().Should().HaveCount(3);
        ((double)json["series"]!["rate_distortion"]!["rows"]![2]![2]!).Should().BeApproximately(expected.RateDistortion[2].Rmse.Mean, 1e-3);
        Value(here.Json("evaluate", "bpd", "{model}", "{test}", "--steps", "3", "--count", "2", "--decoder", "exact"), "bits_per_dim")
            .Should().NotBe(expected.Total.Mean);
    }

    [Fact]
    public void Bpd_WithAProgressFile_GoesOnAndRefusesAnother()
    {
        here.SaveModel();
        here.SaveIdx("test", 5, seed: 1);
        JsonObject straight = here.Json("evaluate", "bpd", "{model}", "{test}", "--steps", "3", "--batch-size", "2");
        here.Json(
            "evaluate",
            "bpd",
            "{model}",
            "{test}",
            "--steps",
            "3",
            "--batch-size",
            "2",
            "--progress-file",
            "{progress.json}")["metrics"]!.ToJsonString().Should().Be(straight["metrics"]!.ToJsonString());
        File.Exists(here["progress.json"]).Should().BeFalse("nothing is left to go on with");

        File.WriteAllText(here["progress.json"], "{");
        (int code, _, string error) = here.Run(
            "evaluate",
            "bpd",
            "{model}",
            "{test}",
            "--steps",
            "3",
            "--progress-file",
            "{progress.json}");
        code.Should().Be(1);
        error.TrimEnd().Should().StartWith(here.Place("{progress.json} is not valid JSON: ")).And.NotContain("\n");
    }

    [Fact]
    public void Fid_PicturesAndStatistics_IsTheDistanceOfTheLibrary()
    {
        here.SavePictures("real", 12, seed: 1, channels: 3);
        here.SavePictures("drawn", 10, seed: 2, channels: 3);
        here.SavePictures("held", 9, seed: 3, channels: 3);
        double Expected(int count, int seed)
        {
            using Tensor a = Workplace.Images(count, seed, 3);
            using Tensor b = Workplace.Images(10, 2, 3);
            using Tensor x = new PixelFeatures().Extract(a);
            using Tensor y = new PixelFeatures().Extract(b);
            return FrechetDistance.Compute(x, y);
        }

        JsonObject json = here.Json(
            "evaluate",
            "fid",
            "{real}",
            "{drawn}",
            "--features",
            "pixels",
            "--test",
            "{held}",
            "--batch-size",
            "5",
            "--num-workers",
            "3");
        Value(json, "frechet_distance").Should().BeApproximately(Expected(12, 1), 1e-6);
        Value(json, "frechet_distance_test").Should().BeApproximately(Expected(9, 3), 1e-6);
        ((int)json["settings"]!["samples-images"]!).Should().Be(10);

        (int code, string output, string error) = here.Run(
            "evaluate",
            "fid",
            "{real}",
            "--save-stats",
            "{real.npz}",
            "--features",
            "pixels");
        (code, error).Should().Be((0, ""));
        output.Should().Contain("Statistics of 192 features are in");
        Value(here.Json("evaluate", "fid", "{real.npz}", "{drawn}", "--features", "pixels"), "frechet_distance").Should()
            .BeApproximately(Expected(12, 1), 1e-6);
    }

    [Fact]
    public void Fid_ModelFolder_IsThatOfItsSamples()
    {
        here.SaveModel();
        here.SaveIdx("real", 9, seed: 1);
        string[] sampling = ["--sampler", "ddim", "--steps", "2", "--seed", "3"];
        JsonObject direct = here.Json(["evaluate", "fid", "{real}", "{model}", "--features", "pixels", .. sampling]);
        here.Json(["sample", "{model}", "--out", "{out}", "--count", "9", .. sampling]);
        JsonObject stored = here.Json("evaluate", "fid", "{real}", "{out}", "--features", "pixels");
        Value(direct, "frechet_distance").Should()
            .BeApproximately(
                Value(stored, "frechet_distance"),
                1e-9,
                "as many are drawn as the reference has, and the folder of ddpm sample is read as gray as they are");
        ((string)direct["settings"]!["samples-sampler"]!, (int)direct["settings"]!["samples-images"]!).Should().Be(("ddim", 9));
    }

    [Fact]
    public void KidAndPr_Pictures_AreThoseOfTheLibrary()
    {
        here.SaveIdx("real", 12, seed: 1);
        here.SaveIdx("drawn", 10, seed: 2);
        using Tensor a = Workplace.Images(12, 1);
        using Tensor b = Workplace.Images(10, 2);
        using Tensor real = new PixelFeatures().Extract(a);
        using Tensor drawn = new PixelFeatures().Extract(b);
        JsonObject kid = here.Json(
            "evaluate",
            "kid",
            "{real}",
            "{drawn}",
            "--features",
            "pixels",
            "--subsets",
            "7",
            "--subset-size",
            "5",
            "--test",
            "{drawn}");
        KernelDistanceResult expected = KernelDistance.Compute(real, drawn, 7, 5);
        Value(kid, "kernel_distance").Should().BeApproximately(expected.Mean, 1e-9);
        ((double)kid["metrics"]!["kernel_distance"]!["uncertainty"]!).Should().BeApproximately(expected.StandardDeviation, 1e-9);

        JsonObject pr = here.Json("evaluate", "pr", "{real}", "{drawn}", "--features", "pixels", "--neighbours", "2", "--test", "{real}");
        PrecisionRecallResult balls = PrecisionRecall.Compute(real, drawn, 2);
        (Value(pr, "precision"), Value(pr, "recall"), Value(pr, "recall_test")).Should().Be((balls.Precision, balls.Recall, balls.Recall));
        Value(pr, "coverage").Should().Be(DensityCoverage.Compute(real, drawn, 5).Coverage);
    }

    [Fact]
    public void Is_Classifier_IsTheScoreOfTheLibrary()
    {
        here.SaveIdx("drawn", 10, seed: 2);
        JsonObject json = here.Json("evaluate", "is", "{drawn}", "--features", Network, "--splits", "2");
        using var extractor = new TorchScriptFeatures(Network);
        using Tensor images = Workplace.Images(10, 2), logits = extractor.Extract(images);
        Value(json, "inception_score").Should().BeApproximately(InceptionScore.Compute(logits, 2).Mean, 1e-6);
        // The network's options reach it.
        using var other = new TorchScriptFeatures(
            Network,
            new TorchScriptOptions
            {
                ReturnFeatures = true,
                Size = (5, 5),
                Filter = ResizeFilter.Bilinear,
                Scale = PixelScale.UnitInterval,
                Mean = [0.1, 0.2, 0.3],
                StandardDeviation = [0.5, 0.6, 0.7],
            });
        here.SaveIdx("real", 9, seed: 1);
        using Tensor real = Workplace.Images(9, 1), x = other.Extract(real), y = other.Extract(images);
        JsonObject fid = here.Json(
            "evaluate",
            "fid",
            "{real}",
            "{drawn}",
            "--features",
            Network,
            "--return-features",
            "--feature-size",
            "5",
            "--feature-filter",
            "bilinear",
            "--feature-scale",
            "unit",
            "--feature-mean",
            "0.1,0.2,0.3",
            "--feature-std",
            "0.5,0.6,0.7");
        Value(fid, "frechet_distance").Should().BeApproximately(FrechetDistance.Compute(x, y), 1e-6);
    }

    [Fact]
    public void Evaluate_CifarFilesAndFolder_AreRead()
    {
        byte[] record = [7, .. Enumerable.Range(0, 3072).Select(i => (byte)(i * 31))];
        Directory.CreateDirectory(here["cifar"]);
        File.WriteAllBytes(here["cifar/data_batch_1.bin"], [.. record, .. record.Reverse().Skip(1).Prepend((byte)3)]);
        File.WriteAllBytes(here["test_batch.bin"], [.. record, .. record.Skip(1).Prepend((byte)1)]);
        JsonObject json = here.Json("evaluate", "kid", "{cifar}", "{test_batch.bin}", "--features", "pixels");
        ((int)json["settings"]!["reference-images"]!, (int)json["settings"]!["samples-images"]!).Should().Be((2, 2));
    }

    private static double Value(JsonObject json, string metric) => (double)json["metrics"]![metric]!["value"]!;
}
