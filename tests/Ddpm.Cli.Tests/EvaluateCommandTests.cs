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
    private static readonly string[] Ode = ["evaluate", "bpd", "{model}", "{test}", "--ode", "--steps", "3"];
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
    public void BpdOde_ImagesAndTraining_IsTheLikelihoodOfTheLibrary()
    {
        here.SaveModel();
        here.SaveIdx("test", 5, seed: 1);
        here.SaveIdx("train", 3, seed: 2);
        JsonObject json = here.Json(
            [.. Ode, "--train", "{train}", "--draws", "2", "--probes", "3", "--seed", "6", "--probe-distribution", "gaussian"]);
        using TrainedModel model = ModelFolder.Load(here["model"]);
        var flow = new FlowLikelihood(
            model.Network,
            model.Process.Respace(TimestepSpacing.Karras(model.Process.Coefficients.Schedule, 3)),
            Divergence.Hutchinson(3, ProbeDistribution.Gaussian));
        var likelihood = new DequantizedLikelihood(flow, new DequantizedLikelihoodOptions { Draws = 2 });
        foreach ((string part, int count, int seed) in new[] { ("", 5, 1), ("_train", 3, 2) })
        {
            using Tensor images = PixelConversion.FromBytes(Workplace.Images(count, seed));
            LikelihoodAccumulator sums = likelihood.NewAccumulator();
            likelihood.Accumulate(sums, images, new PerSampleNoise(6), 0);
            LikelihoodReport expected = sums.Report();
            Value(json, $"bits_per_dim{part}").Should().BeApproximately(expected.Total.Mean, 1e-5 * Math.Abs(expected.Total.Mean));
            ((double)json["metrics"]![$"bits_per_dim{part}"]!["uncertainty"]!).Should()
                .BeApproximately(expected.Total.StandardError, 1e-4 * expected.Total.StandardError);
            Value(json, $"probe_error{part}").Should().BeApproximately(expected.ProbeStandardError, 1e-4 * expected.ProbeStandardError);
            Value(json, $"draw_error{part}").Should()
                .BeApproximately(expected.Total.NoiseStandardError, 1e-4 * expected.Total.NoiseStandardError);
        }

        json.Select(pair => pair.Key).Should().Equal("title", "settings", "metrics", "data");
        JsonObject settings = json["settings"]!.AsObject();
        settings.Select(pair => pair.Key).Should().BeEquivalentTo(
            "data", "dequantization", "divergence", "draws", "examples", "model", "ode", "probe-distribution", "probes", "seed", "spacing",
            "steps", "train", "train-examples");
        ((int)settings["probes"]!, (int)settings["steps"]!, (int)settings["draws"]!).Should().Be((3, 3, 2));
        ((string)settings["spacing"]!, (string)settings["ode"]!).Should().Be(("karras", "heun"));
    }

    [Fact]
    public void BpdOde_ExactDivergence_IsWithinTheProbesError()
    {
        here.SaveModel();
        here.SaveIdx("test", 1, seed: 1);
        JsonObject exact = here.Json([.. Ode, "--divergence", "exact", "--dequantization", "none"]);
        exact["metrics"]!.AsObject().Select(pair => pair.Key).Should().Equal("bits_per_dim");
        exact["settings"]!.AsObject().ContainsKey("probes").Should().BeFalse();
        JsonObject probed = here.Json([.. Ode, "--probes", "40", "--dequantization", "none"]);
        double error = Value(probed, "probe_error");
        error.Should().BePositive();
        // A right estimate passes but once in 10,000 seeds.
        Math.Abs(Value(probed, "bits_per_dim") - Value(exact, "bits_per_dim")).Should().BeLessThan(3.89 * error);
    }

    [Fact]
    public void BpdOde_KilledAndStartedAgain_PrintsTheSameBytes()
    {
        here.SaveModel();
        here.SaveIdx("test", 8, seed: 1);
        string[] command =
        [
            "evaluate", "bpd", here["model"], here["test"], "--ode", "--steps", "4", "--batch-size", "1", "--probes", "2", "--json",
            "--quiet", "--threads", "1", "--progress-file", here["progress.json"],
        ];
        (int code, string expected, string error) = here.Run(command);
        code.Should().Be(0, error);
        using (RunningProgram program = RunningProgram.Start(command))
        {
            // Killed once it has kept something.
            while (!File.Exists(here["progress.json"]) && !program.HasEndedAfter(TimeSpan.FromMilliseconds(5)))
            {
            }

            program.Kill();
        }

        File.Exists(here["progress.json"]).Should().BeTrue("the rest is not yet done");
        string[] other = [.. command[..^1], here["progress.json"], "--probes", "3"];
        other = [.. other.Where((word, place) => place is not (9 or 10))];
        (code, _, error) = here.Run(other);
        code.Should().Be(1);
        error.TrimEnd().Should().StartWith(here.Place("{progress.json} is of another evaluation, with which this one cannot go on: "))
            .And.Contain("2 Rademacher probes").And.Contain("3 Rademacher probes").And.NotContain("\n");
        (code, string output, error) = here.Run(command);
        code.Should().Be(0, error);
        output.Should().Be(expected);
        File.Exists(here["progress.json"]).Should().BeFalse("nothing is left to go on with");
    }

    [Theory]
    [InlineData("--probes 2", "--probes goes with --ode.")]
    [InlineData("--divergence exact", "--divergence goes with --ode.")]
    [InlineData("--probe-distribution gaussian", "--probe-distribution goes with --ode.")]
    [InlineData("--dequantization none", "--dequantization goes with --ode.")]
    [InlineData("--force", "--force goes with --ode.")]
    [InlineData("--ode --decoder exact", "--decoder is of the bound's L_0, which --ode does not have.")]
    [InlineData("--ode --plot {a.png}", "--plot is of the bound's rate and distortion, which --ode does not have.")]
    [InlineData("--ode --divergence exact --probes 2", "--probes goes with --divergence hutchinson, but --divergence is exact.")]
    [InlineData(
        "--ode --divergence exact --probe-distribution gaussian",
        "--probe-distribution goes with --divergence hutchinson, but --divergence is exact.")]
    [InlineData(
        "--ode --dequantization none --draws 2", "--draws must be 1 with --dequantization none, which draws nothing, but is 2.")]
    [InlineData("--ode --steps 1", "--steps must be at least 2 with --ode, from the first timestep to the last, but is 1.")]
    [InlineData("--ode --probes 0", "--probes must be at least 1, but is 0.")]
    [InlineData(
        "--ode --steps 5 --spacing trailing",
        "--ode needs the first and the last timestep, 0 and 19, but --spacing trailing with --steps 5 goes from 3 to 19; karras and "
            + "linspace keep both.")]
    [InlineData(
        "--ode --steps 5 --spacing leading",
        "--ode needs the first and the last timestep, 0 and 19, but --spacing leading with --steps 5 goes from 0 to 16; *")]
    [InlineData("--ode --draws 1000000 --probes 1000000", "Estimate: * for 1 image, each with 38,000,000 calls of the network and "
        + "1,000,000 backward passes a call, * of memory: more than a month. Try fewer --probes, --draws, --count or --steps. --force *")]
    public void BpdOde_OptionsThatDoNotGoTogether_AreRefused(string more, string message)
    {
        here.SaveModel();
        here.SaveIdx("test", 1, seed: 1);
        (int code, string output, string error) = here.Run(["evaluate", "bpd", "{model}", "{test}", .. more.Split(' ')]);
        (code, output).Should().Be((2, ""));
        error.TrimEnd().Should().Match(message).And.NotContain("\n");
    }

    [Fact]
    public void BpdOde_ModelWithoutSignalAtTheEnd_IsRefused()
    {
        using (UNet network = Workplace.NewNetwork())
        {
            ModelFolder.Save(here["zero"], network, new ReverseDiffusion(
                new ZeroTerminalSnrSchedule(new LinearSchedule(20, 1e-3, 0.5)), new ReverseDiffusionOptions { Prediction = Prediction.V }));
        }

        here.SaveIdx("test", 1, seed: 1);
        (int code, _, string error) = here.Run("evaluate", "bpd", "{zero}", "{test}", "--ode");
        (code, error.TrimEnd()).Should().Be((2, here.Place(
            "--ode needs some signal at the last timestep, but {zero} has none there (zero terminal SNR): its flow has no beginning.")));
    }

    [Fact]
    public void BpdOde_OnnxModel_IsToldWhatToName()
    {
        here.SaveIdx("test", 1, seed: 1);
        (int code, _, string error) = here.Run("evaluate", "bpd", "{net.onnx}", "{test}", "--ode");
        code.Should().Be(2);
        error.TrimEnd().Should().Be(here.Place(
            "--ode needs gradients through the network, which {net.onnx}, an ONNX model, does not give: name the model folder that it was "
                + "exported from."));
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
    public void Copies_SamplesThatAre_AreFoundAndShownBesideTheirTrainingImages()
    {
        here.SaveIdx("seen", 30, seed: 1);
        here.SaveIdx("unseen", 12, seed: 2);
        here.SaveIdx("drawn", 10, seed: 3);
        using Tensor seen = Workplace.Images(30, 1), unseen = Workplace.Images(12, 2), drawn = Workplace.Images(10, 3);
        using Tensor seenPixels = seen.to(float64).flatten(1), unseenPixels = unseen.to(float64).flatten(1),
            drawnPixels = drawn.to(float64).flatten(1);
        DataCopyingResult expected = DataCopying.Compute(seenPixels, unseenPixels, drawnPixels);
        double root = Math.Sqrt(seenPixels.size(1));

        string[] command = ["evaluate", "copies", "{seen}", "{drawn}", "--features", "pixels", "--test", "{unseen}"];
        JsonObject json = here.Json([.. command, "--plot", "{pairs.svg}", "--pairs", "3"]);
        Value(json, "nearest_distance").Should().BeApproximately(expected.SampleDistance / root, 1e-4);
        Value(json, "nearest_distance_test").Should().BeApproximately(expected.HeldOutDistance / root, 1e-4);
        Value(json, "nearer_than_test").Should().BeApproximately(expected.NearerProbability, 1e-12);
        Value(json, "copying_z").Should().BeApproximately(expected.ZScore, 1e-12);
        File.ReadAllText(here["pairs.svg"]).Should().Contain("nearest");

        JsonObject copies = here.Json(
            "evaluate", "copies", "{seen}", "{seen}", "--features", "pixels", "--test", "{unseen}", "--count", "8");
        (Value(copies, "nearest_distance"), Value(copies, "nearer_than_test")).Should().Be((0, 1));
        ((int)copies["settings"]!["training-images"]!).Should().Be(30, "--count is not about the training images");
        ((int)copies["settings"]!["samples-images"]!).Should().Be(8);
        here.Json("evaluate", "copies", "{seen}", "{drawn}", "--features", "pixels")["metrics"]!.AsObject()
            .Select(metric => metric.Key).Should().Equal("nearest_distance", "nearest_distance_least");
        Value(here.Json("evaluate", "copies", "{seen}", "{drawn}", "--features", Network, "--test", "{unseen}"), "nearest_distance")
            .Should().BePositive();
    }

    [Fact]
    public void Copies_OfMirrorImages_AreFoundWhereTrainingMirrored()
    {
        here.SaveIdx("seen", 9, seed: 1);
        here.SaveIdx("mirrored", 9, seed: 1, flip: true);
        string[] command = ["evaluate", "copies", "{seen}", "{mirrored}", "--features", "pixels"];
        Value(here.Json(command), "nearest_distance").Should().BePositive();
        JsonObject flipped = here.Json([.. command, "--flip"]);
        Value(flipped, "nearest_distance").Should().Be(0);
        ((string)flipped["settings"]!["training-mirrored"]!).Should().Be("true");
    }

    [Fact]
    public void Copies_OfAModel_DrawsAsManyAsThereAreTestImages()
    {
        here.SaveModel();
        here.SaveIdx("seen", 9, seed: 1);
        here.SaveIdx("unseen", 5, seed: 2);
        JsonObject json = here.Json(
            "evaluate", "copies", "{seen}", "{model}", "--features", "pixels", "--test", "{unseen}", "--sampler", "ddim", "--steps", "2");
        ((int)json["settings"]!["samples-images"]!).Should().Be(5);
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
