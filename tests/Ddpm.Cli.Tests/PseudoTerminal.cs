using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Ddpm.Cli.Tests;

/// <summary>The program in a pseudo-terminal, which script(1) makes.</summary>
internal sealed partial class PseudoTerminal : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);
    private readonly Process program;
    private readonly string device;
    private readonly StringBuilder seen = new();
    private readonly Timer end;

    /// <summary>Starts the program.</summary>
    /// <param name="script">The program script.</param>
    /// <param name="folder">A folder for a file.</param>
    /// <param name="columns">The width of the terminal.</param>
    /// <param name="arguments">The command line.</param>
    public PseudoTerminal(string script, string folder, int columns, string arguments)
    {
        device = Path.Combine(folder, "terminal");
        // What is started in the background, as tests may be, ignores Ctrl-C, and so does all that it starts: not so in a terminal.
        string command = $"tty > {device}; stty cols {columns}; exec env --default-signal=INT dotnet {RunningProgram.File} {arguments}";
        var start = new ProcessStartInfo(script, ["-qec", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TERM"] = "xterm";
        start.Environment["OMP_NUM_THREADS"] = "1";
        program = Process.Start(start)!;
        // A display that never shows what a test waits for ends with what it showed.
        end = new Timer(_ => Kill(), null, Longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Everything that was shown.</summary>
    public string Seen => seen.ToString();

    /// <summary>Reads what is shown, until something of it holds.</summary>
    /// <param name="what">What holds, for the error.</param>
    /// <param name="holds">Tells of what was shown since this call.</param>
    public void ReadUntil(string what, Func<string, bool> holds)
    {
        int from = seen.Length;
        var buffer = new char[4096];
        while (!holds(seen.ToString(from, seen.Length - from)))
        {
            int count = program.StandardOutput.Read(buffer);
            if (count <= 0) throw new InvalidOperationException($"Ended without {what}: {seen}");
            seen.Append(buffer, 0, count);
        }
    }

    /// <summary>Reads what is shown, until a text is.</summary>
    public void ReadUntil(string text) => ReadUntil(text, shown => shown.Contains(text, StringComparison.Ordinal));

    /// <summary>Makes the terminal wider or narrower, as a user does with its window.</summary>
    public void Resize(int columns)
    {
        using Process stty = Process.Start("stty", ["-F", File.ReadAllText(device).Trim(), "cols", $"{columns}"]);
        stty.WaitForExit();
        stty.ExitCode.Should().Be(0);
    }

    /// <summary>Presses Ctrl-C.</summary>
    public void Interrupt()
    {
        program.StandardInput.Write('\x03');
        program.StandardInput.Flush();
    }

    /// <summary>Reads the rest, and waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public int End()
    {
        seen.Append(program.StandardOutput.ReadToEnd());
        program.WaitForExit(Longest).Should().BeTrue();
        return program.ExitCode;
    }

    /// <summary>The lines of a text without the sequences that move the cursor and colour letters.</summary>
    public static string[] Lines(string text) => Sequence().Replace(text, "").Split('\n').Select(line => line.TrimEnd('\r')).ToArray();

    /// <summary>What a live display drew, one text for each time: it moves the cursor to its first row before.</summary>
    public static string[] Pictures(string text) => FirstRow().Split(text)[1..];

    public void Dispose()
    {
        end.Dispose();
        Kill();
        program.WaitForExit();
        program.Dispose();
    }

    [GeneratedRegex(@"\x1b\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Sequence();

    [GeneratedRegex(@"\r\x1b\[[0-9]+A")]
    private static partial Regex FirstRow();

    private void Kill()
    {
        if (!program.HasExited) program.Kill(entireProcessTree: true);
    }
}
