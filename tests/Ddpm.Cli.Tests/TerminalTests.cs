using System.Globalization;

namespace Ddpm.Cli.Tests;

/// <summary><c>ddpm train</c> in a pseudo-terminal of 80 columns.</summary>
public sealed class TerminalTests : IDisposable
{
    private const int Interrupted = 130;
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [ShellTheory("script")]
    [InlineData("script")]
    public void Train_InATerminal_ShowsItsProgressAndLeavesOnCtrlC(string script)
    {
        using PseudoTerminal terminal = Train(script);
        terminal.ReadUntil("Estimate: ");
        terminal.ReadUntil("next checkpoint");
        terminal.ReadUntil(" images/s");
        terminal.Interrupt();
        terminal.ReadUntil("Stopped at step");
        terminal.End().Should().Be(Interrupted);
        foreach (string row in new[] { "step", "loss", "speed", "left", "memory", "last grid", "next checkpoint" })
        {
            terminal.Seen.Should().Contain(row);
        }

        terminal.Seen.Should().Contain("of 1,000,000");
        Directory.GetDirectories(here["run/checkpoints"], "step-*").Should().NotBeEmpty();
    }

    [ShellTheory("script")]
    [InlineData("script")]
    public void Train_SecondCtrlCInALongStep_LeavesAtOnceAndTheLastCheckpointResumes(string script)
    {
        // A step of seconds: it is in progress between the presses.
        using PseudoTerminal terminal = Train(script, "--accumulation 60 --checkpoint-every 1 --force");
        terminal.ReadUntil(" images/s");
        terminal.Interrupt();
        terminal.ReadUntil("Ctrl-C again");
        string[] before = Checkpoints();
        terminal.Interrupt();
        terminal.End().Should().Be(Interrupted);

        terminal.Seen.Should().NotContain("Stopped at step", "the step in progress was left");
        Checkpoints().Should().Equal(before).And.NotBeEmpty();
        long done = long.Parse(before[^1]["step-".Length..], CultureInfo.InvariantCulture);
        (int code, string output, string error) = here.Run("train", "--resume", "--out", "{run}", "--steps", $"{done}");
        code.Should().Be(0, error);
        output.Should().Contain($"Resuming, going on at step {done}").And.Contain("The model is in");

        string[] Checkpoints() =>
            [.. Directory.GetDirectories(here["run/checkpoints"], "step-*").Select(path => Path.GetFileName(path)).Order()];
    }

    [ShellTheory("script")]
    [InlineData("script")]
    public void Train_InATerminalThatIsResized_FitsItsWidth(string script)
    {
        using PseudoTerminal terminal = Train(script);
        terminal.ReadUntil(" images/s");
        foreach (int columns in new[] { 12, 80 })
        {
            terminal.Resize(columns);
            // A picture that was in progress has the width before: whole ones follow.
            terminal.ReadUntil("pictures", shown => PseudoTerminal.Pictures(shown).Length >= 4);
            string[] lines = PseudoTerminal.Lines(PseudoTerminal.Pictures(terminal.Seen)[^2]);
            lines.Max(line => line.Length).Should().BeInRange(4, columns);
            string.Concat(lines).Should().Contain("step").And.Contain("memory").And.Contain("next ");
        }

        PseudoTerminal.Pictures(terminal.Seen)[^2].Should().Contain("of 1,000,000").And.Contain("at step 1,000");
        terminal.Interrupt();
        terminal.ReadUntil("Stopped at step");
        terminal.End().Should().Be(Interrupted);
    }

    private PseudoTerminal Train(string script, string more = "")
    {
        here.SaveIdx("images", 8, seed: 1);
        return new PseudoTerminal(
            script,
            here[""],
            80,
            $"train --data {here["images"]} --out {here["run"]} --channels 8 --multipliers 1,2 --blocks 1 --timesteps 50 --batch-size 4 "
                + $"--steps 1000000 --decay none --grid-every 1000000 {more}");
    }
}
