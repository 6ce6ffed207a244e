using System.Diagnostics;
using Ddpm.Cli.Completion;

namespace Ddpm.Cli.Tests;

/// <summary>The scripts in the shells themselves, which call the program.</summary>
public sealed class CompletionScriptTests : IDisposable
{
    // What bash does at a Tab: it sets the line, its words and the cursor, and calls the function.
    private const string Bash = """
        source ./script
        complete -p ddpm
        COMP_LINE=$1; COMP_POINT=${#1}; read -r -a COMP_WORDS <<< "$1"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _ddpm
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    // A terminal of its own: completion in zsh is a part of the line editor.
    private const string Zsh = """
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell 'PS1=; unsetopt zle_bracketed_paste; TERM=dumb; autoload -U compinit; compinit -u -D; source ./script; print re''ady'
        zpty -r shell seen '*ready*'
        zpty -w -n shell "$1"$'\t'$'\x01''print -r -- "<'$'\x05''>"'$'\r'
        zpty -r shell seen '*<*>*<*>*'
        print -r -- "${seen##*<}"
        """;

    private readonly Workplace here = new();

    public CompletionScriptTests()
    {
        Directory.CreateDirectory(here["bin"]);
        File.WriteAllText(here["bin/ddpm"], $"#!/bin/sh\nexec dotnet '{RunningProgram.File}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(here["bin/ddpm"], (UnixFileMode)0b111_101_101);
        File.WriteAllText(here["some-file.png"], "");
    }

    public void Dispose() => here.Dispose();

    [Fact]
    public void Completion_OfEveryShell_IsWrittenAndEndsItsLines()
    {
        foreach (string shell in CompletionScripts.Shells)
        {
            (int code, string output, string error) = here.Run("completion", shell);
            (code, error).Should().Be((0, ""));
            output.Should().Contain("[suggest:").And.EndWith("\n").And.NotContain("\r", "a shell reads it");
        }
    }

    [ShellTheory("bash")]
    [InlineData("ddpm sam", "sample")]
    [InlineData("ddpm sample m --sampler ipn", "ipndm")]
    [InlineData("ddpm sample m --sampler=ipn", "ipndm")]
    [InlineData("ddpm train --data some-f", "")]
    public void Bash_Tab_CompletesOrLeavesFilesToTheShell(string line, string expected)
    {
        string[] lines = Run("bash", ["--norc", "-c", Bash, "bash", line]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].Should().Be("complete -o bashdefault -o default -F _ddpm ddpm", "without an answer the shell completes files");
        lines.Skip(1).Should().Equal(expected.Length == 0 ? [] : [expected]);
    }

    [ShellTheory("zsh")]
    [InlineData("ddpm sam", "ddpm sample>")]
    [InlineData("ddpm sample m --sampler ipn", "ddpm sample m --sampler ipndm>")]
    [InlineData("ddpm train --data some-f", "ddpm train --data some-file.png>")]
    public void Zsh_Tab_CompletesOrLeavesFilesToTheShell(string line, string expected) =>
        Run("zsh", ["-f", "-c", Zsh, "zsh", line]).Should().Contain(expected);

    [ShellTheory("fish")]
    [InlineData("ddpm sam", "sample")]
    [InlineData("ddpm sample m --sampler ipn", "ipndm")]
    [InlineData("ddpm train --data some-f", "some-file.png")]
    public void Fish_Tab_CompletesOrLeavesFilesToTheShell(string line, string expected) =>
        Run("fish", ["--no-config", "-c", "source ./script; complete --do-complete $argv[1]", line]).Trim().Should().Be(expected);

    private string Run(string shell, string[] arguments)
    {
        File.WriteAllText(here["script"], CompletionScripts.Of(shell));
        var start = new ProcessStartInfo(shell, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = here["."],
        };
        start.Environment["PATH"] = here["bin"] + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        start.Environment["HOME"] = here["."];
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit(TimeSpan.FromMinutes(1)).Should().BeTrue();
        errors.Result.Should().BeEmpty();
        return output;
    }
}
