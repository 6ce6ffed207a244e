namespace Ddpm.Cli.Tests;

/// <summary>Two processes on one folder: the program, and the one that tests.</summary>
public sealed class TwoRunsTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Train_FolderOfARunningProcess_IsRefusedUntilItIsKilled()
    {
        here.SaveIdx("images", 8, seed: 1);
        string[] train =
        [
            "train", "--data", here["images"], "--out", here["run"], "--channels", "8", "--multipliers", "1,2", "--blocks", "1",
            "--timesteps", "25", "--batch-size", "4", "--metrics-every", "1", "--checkpoint-every", "2", "--decay", "none",
        ];
        using RunningProgram first = RunningProgram.Start([.. train, "--steps", "100000", "--verbose"]);
        first.WaitFor("step 3/");

        RequireRefusal(here.Run([.. train, "--steps", "6"]), here["run"]);

        first.HasEnded.Should().BeFalse();
        first.WaitFor("step ");
        first.Kill();
        // What a process that was killed leaves does not block.
        (int code, string output, string error) = here.Run([.. train, "--steps", "100000", "--max-minutes", "0.000001"]);
        code.Should().Be(0, error);
        output.Should().Contain("going on at step").And.Contain("The model is in");
    }

    [Fact]
    public void Sample_FolderOfARunningProcess_IsRefusedUntilItIsKilled()
    {
        here.SaveModel();
        here.SaveIdx("real", 4, seed: 1);
        string[] sample = ["sample", here["model"], "--steps", "20", "--batch-size", "1", "--out", here["samples"], "--grid", "0"];
        string[] evaluate = ["evaluate", "fid", here["real"], here["samples"], "--features", "pixels", "--count", "4"];
        using RunningProgram first = RunningProgram.Start([.. sample, "--count", "1000000"]);
        first.WaitFor("1,000,000 samples");
        SpinWait.SpinUntil(() => File.Exists(Path.Combine(here["samples"], "images", "000004.png")), TimeSpan.FromMinutes(1))
            .Should().BeTrue();

        RequireRefusal(here.Run([.. sample, "--count", "2"]), here["samples"]);
        RequireRefusal(here.Run(evaluate), here["samples"]);

        first.HasEnded.Should().BeFalse();
        first.Kill();
        here.Run([.. sample, "--count", "4"]).Code.Should().Be(0);
        (int code, _, string error) = here.Run(evaluate);
        code.Should().Be(0, error);
    }

    private static void RequireRefusal((int Code, string Output, string Error) run, string folder)
    {
        run.Code.Should().Be(1, run.Error);
        run.Error.TrimEnd().Split('\n').Should().ContainSingle().Which.Should().StartWith($"{folder} is in use by another run: ");
    }
}
