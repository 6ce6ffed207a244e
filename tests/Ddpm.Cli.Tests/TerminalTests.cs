using System.Diagnostics;
using System.Text;

namespace Ddpm.Cli.Tests;

/// <summary><c>ddpm train</c> in a pseudo-terminal of 80 columns, which script(1) makes.</summary>
public sealed class TerminalTests : IDisposable
{
    private const string CtrlC = "\x03";
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [ShellTheory("script")]
    [InlineData("script", 1)]
    [InlineData("script", 2)]
    public void Train_InATerminal_ShowsItsProgressAndLeavesOnCtrlC(string shell, int presses)
    {
        here.SaveIdx("images", 8, seed: 1);
        string train = $"stty cols 80; dotnet {RunningProgram.File} train --data {here["images"]} --out {here["run"]} --channels 8 "
            + "--multipliers 1,2 --blocks 1 --timesteps 50 --batch-size 4 --steps 1000000 --decay none --grid-every 1000000";
        var start = new ProcessStartInfo(shell, ["-qec", train, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TERM"] = "xterm";
        start.Environment["OMP_NUM_THREADS"] = "1";
        using Process program = Process.Start(start)!;
        var seen = new StringBuilder();
        void ReadUntil(string text)
        {
            for (int next; !seen.ToString().Contains(text, StringComparison.Ordinal);)
            {
                if ((next = program.StandardOutput.Read()) < 0) throw new InvalidOperationException($"Ended without \"{text}\": {seen}");
                seen.Append((char)next);
            }
        }

        try
        {
            ReadUntil("Estimate: ");
            ReadUntil("next checkpoint");
            ReadUntil(" images/s");
            for (int press = 0; press < presses; press++)
            {
                program.StandardInput.Write(CtrlC);
                program.StandardInput.Flush();
                if (press == 0) ReadUntil(presses == 1 ? "Stopped at step" : "Stopping");
            }

            seen.Append(program.StandardOutput.ReadToEnd());
            program.WaitForExit(TimeSpan.FromMinutes(1)).Should().BeTrue();
        }
        finally
        {
            if (!program.HasExited) program.Kill(entireProcessTree: true);
        }

        foreach (string row in new[] { "step", "loss", "speed", "left", "memory", "last grid", "next checkpoint" })
        {
            seen.ToString().Should().Contain(row);
        }

        seen.ToString().Should().Contain("of 1,000,000");
        program.ExitCode.Should().Be(130);
        if (presses == 1) Directory.GetDirectories(here["run/checkpoints"], "step-*").Should().NotBeEmpty();
    }
}
