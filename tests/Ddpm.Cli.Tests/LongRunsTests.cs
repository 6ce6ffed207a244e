using System.Text.Json.Nodes;

namespace Ddpm.Cli.Tests;

/// <summary>Runs that go on: longer than planned, by <c>--resume</c>, from another model; and those that cannot do.</summary>
public sealed class LongRunsTests : IDisposable
{
    private static readonly string[] Small =
    [
        "--channels", "8", "--multipliers", "1,2", "--blocks", "1", "--schedule", "cosine", "--timesteps", "4", "--batch-size", "4",
        "--warmup-steps", "1", "--metrics-every", "1", "--checkpoint-every", "2", "--grid-every", "100", "--dropout", "0",
    ];

    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Train_FinishedRunWithMoreSteps_GoesOverToTheLongerPlan()
    {
        here.SaveIdx("images", 6, seed: 1);
        string[] train = ["train", "--data", "{images}", "--out", "{run}", .. Small];
        Done([.. train, "--steps", "2"]).Should().Contain("Estimate: ").And.NotContain("Resuming");

        Done([.. train, "--steps", "4"]).Should().Contain("Resuming, going on at step 2")
            .And.Contain("the learning rate, cosine over 2 steps so far, goes over to cosine over 4 steps within 1 steps");

        (int code, _, string error) = here.Run([.. train, "--steps", "3"]);
        code.Should().Be(2);
        error.Trim().Should().Be(
            $"--steps must be at least 4, for which the learning rate of the run in {here["run"]} is planned, but is 3. "
                + "--max-minutes and Ctrl-C end a run earlier.");
        File.ReadAllLines(here["run/metrics.csv"]).Skip(1).Select(line => line.Split(',')[0]).Should().Equal("1", "2", "3", "4");
    }

    [Fact]
    public void Train_Resume_NeedsNoOtherOption()
    {
        here.SaveIdx("images", 6, seed: 1);
        (int code, _, string error) = here.Run("train", "--resume", "--out", "{run}");
        (code, error.Trim()).Should().Be((2, $"--resume continues a run, but {here["run"]} holds none."));

        string[] train = ["train", "--data", "{images}", "--out", "{run}", "--steps", "2", "--decay", "wsd", .. Small];
        Done([.. train, "--ema", "power:0.1", "warmup:0.99"]);
        JsonObject options = JsonNode.Parse(File.ReadAllText(here["run/options.json"]))!.AsObject();
        options["data"]!.GetValue<string>().Should().Be(here["images"], "a full path");
        options["steps"]!.GetValue<int>().Should().Be(2);
        options.Should().NotContainKey("out");

        Done(["train", "--resume", "--out", "{run}", "--steps", "4"]).Should().Contain("going on at step 2").And.Contain("step 4/4");
        JsonNode.Parse(File.ReadAllText(here["run/options.json"]))!["steps"]!.GetValue<int>().Should().Be(4);
        Done(["train", "--resume", "--out", "{run}"]).Should().Contain("going on at step 4").And.NotContain("Estimate");
        Done(["train", "--resume", "--out", "{run}", "--quiet"]).Should().BeEmpty();
    }

    [Fact]
    public void Train_InitFrom_TakesNetworkAndProcessAndSaysWhichWeights()
    {
        here.SaveIdx("images", 6, seed: 1);
        here.SavePictures("pictures", 6, seed: 2, channels: 3);
        Done(["train", "--data", "{images}", "--out", "{run}", "--steps", "2", .. Small]);
        string[] Tuned(string source, string output) =>
        [
            "train", "--init-from", source, "--data", "{pictures}", "--size", "16", "--out", output, "--batch-size", "4",
            "--checkpoint-every", "1",
        ];

        foreach ((string source, string output) in new[]
        {
            ("{run}", "tuned"), ("{run/model}", "of-model"), ("{run/checkpoints/step-000000002}", "of-checkpoint"),
        })
        {
            string[] tuned = Tuned(source, $"{{{output}}}");
            (int code, _, string error) = here.Run([.. tuned, "--channels", "16"]);
            (code, error.Trim()).Should().Be(
                (2, $"--channels does not go with --init-from: the network and the process are those of {here.Place(source)}."));
            Done([.. tuned, "--steps", "1"]).Should()
                .MatchRegex(@"Weights of .*: [\d,]+ of [\d,]+ parameters taken; fitted: conv_in.weight: 1 channel spread over 3");
            ((int)here.Json("inspect", $"{{{output}/model}}")["process"]!["timesteps"]!).Should().Be(4, "the process is the model's");
        }

        Done([.. Tuned("{run}", "{other}"), "--steps", "1", "--prediction", "v", "--loss-weights", "truncated-snr:0.5"]);
        here.Json("inspect", "{other/model}")["process"]!["prediction"]!.ToString().Should().Be("v", "that may be another");
        Done([.. Tuned("{run}", "{tuned}"), "--steps", "2"]).Should().Contain("going on at step 1").And.NotContain("Weights of");
    }

    [Fact]
    public void Train_InitFromNothing_IsRefused()
    {
        here.SaveIdx("images", 6, seed: 1);
        (int code, _, string error) = here.Run("train", "--init-from", "{nothing}", "--data", "{images}", "--out", "{run}");
        (code, error.Trim()).Should().Be(
            (2, $"--init-from must be a model folder, a run or a checkpoint, but {here["nothing"]} is no folder."));
    }

    [Theory]
    [InlineData(
        "--channels 512 --multipliers 1,2,2 --blocks 4 --batch-size 65536", "A step would need about * of memory (8×8 images, *--force*")]
    [InlineData(
        "--channels 64 --multipliers 1,2 --steps 2147483647", "2,147,483,647 steps would take about * d * h here, *Try --channels 32*")]
    public void Train_RunThatCannotDo_IsRefusedBeforeItsFirstStep(string options, string message)
    {
        here.SaveIdx("images", 6, seed: 1);
        (int code, _, string error) = here.Run(["train", "--data", "{images}", "--out", "{run}", .. options.Split(' ')]);
        code.Should().Be(2);
        error.Trim().Should().Match(message).And.NotContain("\n");
        Directory.Exists(here["run"]).Should().BeFalse("nothing was begun");
    }

    private string Done(string[] arguments)
    {
        (int code, string output, string error) = here.Run(arguments);
        (code, error).Should().Be((0, ""));
        return output;
    }
}
