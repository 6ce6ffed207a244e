namespace Ddpm.Cli.Tests;

/// <summary>A program without a terminal that is asked to end: by Ctrl-C in a console on Windows, by SIGTERM elsewhere.</summary>
public sealed class InterruptTests : IDisposable
{
    private const int Interrupted = 130;
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Train_AskedToEnd_SavesAndLeavesWithItsCodeAndIsResumed()
    {
        here.SaveIdx("images", 8, seed: 1);
        using RunningProgram program = RunningProgram.Start(
            "train", "--data", here["images"], "--out", here["run"], "--channels", "8", "--multipliers", "1,2", "--blocks", "1",
            "--timesteps", "50", "--batch-size", "4", "--metrics-every", "1", "--decay", "none", "--steps", "1000000", "--verbose");
        program.WaitFor("step 3/");
        program.Interrupt();
        (int code, string output, string error) = program.End();
        code.Should().Be(Interrupted, error);
        output.Should().Contain("Stopped at step");

        string saved = Path.GetFileName(Directory.GetDirectories(here["run/checkpoints"], "step-*").Should().ContainSingle().Which);
        string done = saved["step-".Length..].TrimStart('0');
        (code, output, error) = here.Run("train", "--resume", "--out", "{run}", "--steps", done);
        code.Should().Be(0, error);
        output.Should().Contain("Resuming, going on at step").And.Contain("The model is in");
    }
}
