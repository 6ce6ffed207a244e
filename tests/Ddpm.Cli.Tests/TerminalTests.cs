namespace Ddpm.Cli.Tests;

/// <summary><c>ddpm train</c> in a pseudo-terminal of 80 columns.</summary>
public sealed class TerminalTests : IDisposable
{
    private const int Interrupted = 130;
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [ShellTheory("script")]
    [InlineData("script", 1)]
    [InlineData("script", 2)]
    public void Train_InATerminal_ShowsItsProgressAndLeavesOnCtrlC(string script, int presses)
    {
        using PseudoTerminal terminal = Train(script);
        terminal.ReadUntil("Estimate: ");
        terminal.ReadUntil("next checkpoint");
        terminal.ReadUntil(" images/s");
        for (int press = 0; press < presses; press++)
        {
            terminal.Interrupt();
            if (press == 0) terminal.ReadUntil(presses == 1 ? "Stopped at step" : "Stopping");
        }

        terminal.End().Should().Be(Interrupted);
        foreach (string row in new[] { "step", "loss", "speed", "left", "memory", "last grid", "next checkpoint" })
        {
            terminal.Seen.Should().Contain(row);
        }

        terminal.Seen.Should().Contain("of 1,000,000");
        if (presses == 1) Directory.GetDirectories(here["run/checkpoints"], "step-*").Should().NotBeEmpty();
    }

    [ShellTheory("script")]
    [InlineData("script")]
    public void Train_InATerminalThatIsResized_FitsItsWidth(string script)
    {
        using PseudoTerminal terminal = Train(script);
        terminal.ReadUntil(" images/s");
        foreach (int columns in new[] { 30, 12, 80 })
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

    private PseudoTerminal Train(string script)
    {
        here.SaveIdx("images", 8, seed: 1);
        return new PseudoTerminal(
            script,
            here[""],
            80,
            $"train --data {here["images"]} --out {here["run"]} --channels 8 --multipliers 1,2 --blocks 1 --timesteps 50 --batch-size 4 "
                + $"--steps 1000000 --decay none --grid-every 1000000");
    }
}
