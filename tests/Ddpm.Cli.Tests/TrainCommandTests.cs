using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

public sealed class TrainCommandTests : IDisposable
{
    private static readonly string[] Small =
    [
        "--channels", "8", "--multipliers", "1,2", "--blocks", "1", "--schedule", "cosine", "--timesteps", "4", "--batch-size", "4",
        "--warmup-steps", "0", "--metrics-every", "2", "--checkpoint-every", "2", "--grid-every", "4", "--dropout", "0",
    ];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-cli-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Train_IdxWithClasses_LeavesARunThatGoesOn()
    {
        WriteIdx();
        string[] arguments =
        [
            "--data", At("images"), "--labels", At("labels"), "--conditional", "--out", At("run"), "--decay", "none", "--ema", "power:0.1",
            "constant:0.99", "--tensorboard", .. Small,
        ];

        (int code, string output, string error) = Run(["train", .. arguments, "--steps", "4"]);

        error.Should().BeEmpty();
        code.Should().Be(0);
        output.Should().Contain("6 images [1, 8, 8]").And.Contain("step 4/4  loss").And.Contain($"The model is in {At("run/model")}");
        foreach (string file in new[]
            {
                "metrics.csv",
                "metrics.jsonl",
                "loss.png",
                "grids/grid-000000004.png",
                "model/model_index.json",
                "checkpoints/step-000000004/checkpoint.json",
            })
        {
            new FileInfo(At("run/" + file)).Length.Should().BeGreaterThan(0, file);
        }

        Directory.GetFiles(At("run/tensorboard")).Should().ContainSingle();
        using (TrainedModel model = ModelFolder.Load(At("run/model")))
        {
            model.Network.ClassCount.Should().Be(3);
            model.Process.Coefficients.Timesteps.Should().Be(4);
        }

        (code, output, error) = Run(["train", .. arguments, "--steps", "6"]);
        (code, error).Should().Be((0, ""));
        output.Should().Contain("going on at step 4").And.Contain("step 6/6").And.NotContain("step 2/6");
        File.ReadAllLines(At("run/metrics.csv")).Skip(1).Select(line => line.Split(',')[0]).Should().Equal("2", "4", "6");

        (code, _, error) = Run(["train", .. arguments, "--steps", "8", "--learning-rate", "0.5"]);
        code.Should().Be(1);
        error.Should().Contain("LearningRate: 0.0002 then, 0.5 now");

        (code, output, error) = Run(
            ["export", "--checkpoint", At("run/checkpoints/step-000000006"), "--out", At("second"), "--average", "1"]);
        (code, error).Should().Be((0, ""));
        ModelFolder.Load(At("second")).Dispose();
        string[] again = ["export", "--checkpoint", At("run/checkpoints/step-000000006"), "--out", At("second")];
        (code, _, error) = Run(again);
        (code, error.Trim()).Should().Be((2, $"{At("second")} is not empty: give another folder, or --overwrite."));
        Run([.. again, "--overwrite"]).Code.Should().Be(0);
        (code, _, error) = Run(["export", "--checkpoint", At("run/checkpoints/step-000000006"), "--out", At("third"), "--average", "2"]);
        (code, error.Trim()).Should().Be((1, $"{At("run/checkpoints/step-000000006")} has the averages 0 … 1, but not 2."));
    }

    [Fact]
    public void Train_FolderWithADamagedImage_StopsOrSkipsIt()
    {
        foreach (string name in new[] { "cat/1", "cat/2", "dog/1" })
        {
            Directory.CreateDirectory(At("pictures/" + name[..3]));
            using Tensor image = randint(256, [3, 20, 30], uint8);
            ImageFile.SavePng(At($"pictures/{name}.png"), image);
        }

        File.WriteAllText(At("pictures/dog/2.png"), "no picture");
        string[] arguments =
        [
            "train", "--data", At("pictures"), "--size", "16", "--out", At("run"), "--steps", "2", "--flip", "--bf16", "--force",
            "--variance", "learned-range", "--prediction", "v", .. Small,
        ];

        (int code, _, string error) = Run(arguments);
        code.Should().Be(1);
        error.Trim().Should().Match("*2.png is not an image that can be read*").And.NotContain("\n");

        (code, string output, error) = Run([.. arguments, "--skip-damaged"]);
        (code, error).Should().Be((0, ""));
        output.Should().Contain("Classes: cat, dog").And.Contain("Skipped 1 image:");
        using TrainedModel model = ModelFolder.Load(At("run/model"));
        model.Process.Options.Prediction.Should().Be(Prediction.V);
        model.Network.Options.OutChannels.Should().Be(6);
    }

    [Fact]
    public void Train_PicturesThatDoNotFit_NameTheOptionWithCodeTwo()
    {
        Directory.CreateDirectory(At("pictures"));
        foreach ((string name, int side) in new[] { ("a", 8), ("b", 8), ("c", 9) })
        {
            using Tensor image = randint(256, [3, side, side], uint8);
            ImageFile.SavePng(At($"pictures/{name}.png"), image);
        }

        string[] arguments = ["train", "--data", At("pictures"), "--out", At("run"), "--steps", "2", .. Small];
        (int code, _, string error) = Run(arguments);
        code.Should().Be(2);
        error.Trim().Should().Contain("c.png is of 9×9 pixels").And.EndWith("(--size).").And.NotContain("ImageLoadOptions")
            .And.NotContain("\n");
        (code, _, error) = Run([.. arguments, "--size", "9"]);
        (code, error.Trim()).Should().Be((2, "--size must be a multiple of 2, for --multipliers 1,2 has 2 levels, but is 9."));
        using StringWriter evaluated = new();
        string[] measure = ["evaluate", "kid", At("pictures"), At("pictures"), "--features", "pixels"];
        CommandLine.Run(measure, TextWriter.Null, evaluated).Should().Be(2);
        evaluated.ToString().Trim().Should().EndWith("(--size).").And.NotContain("\n");
    }

    [Theory]
    [InlineData("--prediction posterior-mean --variance learned")]
    [InlineData("--prediction x0 --variance fixed-large")]
    public void Train_WhatTheTablesName_Trains(string choice)
    {
        WriteIdx();
        (int code, _, string error) = Run(
            ["train", "--data", At("images"), "--out", At("run"), "--steps", "2", .. Small, .. choice.Split(' ')]);
        (code, error).Should().Be((0, ""));
        using TrainedModel model = ModelFolder.Load(At("run/model"));
        choice.Should().Contain($"{model.Process.Options.Prediction} --").And.EndWith($" {model.Process.Options.Variance}");
    }

    [Fact]
    public void Train_TimeIsUp_StopsAndGoesOnLater()
    {
        WriteIdx();
        string[] arguments = ["train", "--data", At("images"), "--out", At("run"), "--steps", "5", .. Small];
        (int code, string output, string error) = Run([.. arguments, "--max-minutes", "0.000001"]);
        (code, error).Should().Be((0, ""));
        output.Should().Contain("of 5; the same command continues");
        (code, output, _) = Run(arguments);
        code.Should().Be(0);
        output.Should().Contain("step 5/5");
    }

    public static TheoryData<string[], string> Mistakes() => new()
    {
        { ["train"], "ddpm train needs --data <path>: A folder of images*CIFAR .bin files*.npz file*. See ddpm train --help." },
        { ["train", "--data", "{images}", "--steps", "0"], "--steps must be at least 1, but is 0." },
        { ["train", "--data", "{images}", "--batch-size", "0"], "--batch-size must be at least 1, but is 0." },
        { ["train", "--data", "{images}", "--learning-rate", "0"], "--learning-rate must be a number above 0, but is 0." },
        { ["train", "--data", "{images}", "--dropout", "1"], "--dropout must be a number at least 0 and below 1, but is 1." },
        {
            ["train", "--data", "{images}", "--multipliers", "1,x"],
            "--multipliers must be whole numbers of at least 1 with commas between, but has x."
        },
        { ["train", "--data", "{images}", "--schedule", "square"], "--schedule must be linear or cosine, but is square." },
        { ["train", "--data", "{images}", "--ema", "power:7"], "--ema: σ must be 0.01 … 0.28, but is 7." },
        {
            ["train", "--data", "{images}", "--ema", "often"],
            "--ema: An average must be power:σ, constant:d, ramped:d or warmup:d, but is often."
        },
        { ["train", "--data", "{images}", "--device", "tpu"], "--device must be cpu, cuda or cuda:N, but is tpu." },
        { ["train", "--data", "{images}", "--size", "8"],
            "--size, --grayscale, --background and --skip-damaged go with a folder of images." },
        { ["train", "--data", "{images}", "--conditional"],
            "--conditional needs classes: subfolders, --labels, CIFAR or a .npz file with arr_1." },
        { ["train", "--data", "{images}", "{images}"], "--data must be one IDX file, but is *" },
        { ["export", "--checkpoint", "x", "--out", "x", "--average", "-1"], "--average must be at least 0, but is -1." },
        { ["train", "--data", "{images}", "--steps", "many"], "--steps must be a whole number of at least 1, but is many." },
        { ["train", "--data", "{images}", "--seed", "x"], "--seed must be a whole number, but is x." },
        {
            ["train", "--data", "{images}", "--timesteps", "10"],
            "--timesteps must be at least 21 with --schedule linear, but is 10; --schedule cosine takes fewer."
        },
        { ["train", "--data", "{images}", "--timesteps", "100001"], "--timesteps must be at most 100000, but is 100001." },
        { ["train", "--data", "{images}", "--channels", "12"], "--channels must be a multiple of 8, but is 12." },
        { ["train", "--data", "{images}", "--channels", "1073741824"], "--channels must be at most 16384, but is 1073741824." },
        {
            ["train", "--data", "{images}", "--channels", "16000", "--multipliers", "1,2"],
            "--channels times the largest of --multipliers must be at most 16384, but is 32000."
        },
        {
            ["train", "--data", "{images}", "--attention", "none"],
            "--attention must be whole numbers of at least 1 with commas between, but has none."
        },
        {
            ["train", "--data", "{images}", "--attention", "4,5"],
            "--attention must be among the sizes that the levels have (8, 4, 2), but has 5."
        },
        {
            ["train", "--data", "{images}", "--multipliers", "1,,2"],
            "--multipliers must be whole numbers of at least 1 with commas between, but has empty."
        },
        {
            ["train", "--data", "{images}", "--multipliers", "1,1,1,1,1"],
            "--data must be images whose height and width are a multiple of 16, for --multipliers 1,1,1,1,1 has 5 levels, *"
        },
        { ["train", "--data", "{images}", "--dropout", "NaN"], "--dropout must be a number at least 0 and below 1, but is NaN." },
        { ["train", "--data", "{images}", "--dropout", "1.0"], "--dropout must be a number at least 0 and below 1, but is 1.0." },
        {
            ["train", "--data", "{images}", "--max-minutes", "1e9"],
            "--max-minutes must be a number above 0 and at most 71582, but is 1e9."
        },
        { ["train", "--data", "{images}", "--groups", "8"], "ddpm train has no option --groups*" },
        {
            ["train", "--data", "{images}", "--prediction", "noise"],
            "--prediction must be epsilon, x0, v or posterior-mean, but is noise."
        },
        {
            ["train", "--data", "{images}", "--label-dropout", "0.3"],
            "--label-dropout needs --conditional: without it no example has a class."
        },
        { ["train", "--data", "{images}", "--label-dropout", "1.1"], "--label-dropout must be a number from 0 to 1, but is 1.1." },
        { ["train", "--data", "{images}", "--loss-weights", "min-snr:0"], "--loss-weights: γ must be * but is 0." },
        {
            ["train", "--data", "{images}", "--loss-weights", "min-snr"],
            "--loss-weights must be none, variational, min-snr:γ, truncated-snr:γ or p2:γ, but is min-snr."
        },
        { ["train", "--data", "{images}", "--loss-weights", "p2:x"], "--loss-weights must be none, variational, *, but is p2:x." },
        {
            ["train", "--data", "{images}", "--loss-weights", "p2:1", "--variance", "learned"],
            "--loss-weights does not go with a learned variance: L_hybrid has L_simple for the prediction, the bound for the variance."
        },
        { ["train", "--data", ""], "--data must be a path, but is empty." },
    };

    public static TheoryData<string[], string> Failures() => new()
    {
        { ["train", "--data", "nowhere/images"], "*nowhere*" },
        { ["train", "--data", "{images}", "--labels", "{images}"], "*must hold the classes [[]6] of*" },
        { ["train", "--data", "{images}", "--out", "{images}"], "*images*" },
        { ["export", "--checkpoint", "nowhere", "--out", "x"], "The checkpoint nowhere does not exist." },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Run_WrongCommandLine_IsOneLineAndCodeTwo(string[] arguments, string message) => AssertMistake(arguments, 2, message);

    [Theory]
    [MemberData(nameof(Failures))]
    public void Run_WhatIsNamedIsWrong_IsOneLineAndCodeOne(string[] arguments, string message) => AssertMistake(arguments, 1, message);

    private void AssertMistake(string[] arguments, int expected, string message)
    {
        WriteIdx();
        string[] real = [.. arguments.Select(argument => argument.Replace("{images}", At("images"), StringComparison.Ordinal))];
        bool hasOutput = real[0] == "export" || real.Contains("--out");
        (int code, _, string error) = Run(hasOutput ? real : [.. real, "--out", At("run")]);
        code.Should().Be(expected);
        error.Trim().Should().Match(message.Replace("[[]", "?", StringComparison.Ordinal)).And.NotContain("\n").And.NotContain("   at ");
        Directory.Exists(At("run")).Should().BeFalse("nothing is left behind");
    }

    private static (int Code, string Output, string Error) Run(string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    // Six images of 8×8, of three classes.
    private void WriteIdx()
    {
        File.WriteAllBytes(
            At("images"),
            [0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 8, 0, 0, 0, 8, .. Enumerable.Range(0, 6 * 64).Select(i => (byte)(i * 37))]);
        File.WriteAllBytes(At("labels"), [0, 0, 8, 1, 0, 0, 0, 6, 0, 1, 2, 0, 1, 2]);
    }
}
