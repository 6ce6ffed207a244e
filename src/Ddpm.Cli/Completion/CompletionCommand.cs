using System.CommandLine;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Help;

namespace Ddpm.Cli.Completion;

/// <summary><c>ddpm completion</c>: the script that completes command lines in a shell.</summary>
internal static class CompletionCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="output">Receives the script.</param>
    public static Command Create(TextWriter output)
    {
        string shells = string.Join(", ", CompletionScripts.Shells[..^1]);
        var shell = new Argument<string>("shell") { Description = $"{shells} or {CompletionScripts.Shells[^1]} (PowerShell)" };
        shell.CompletionSources.Add([.. CompletionScripts.Shells]);
        shell.Validators.Add(result =>
        {
            string typed = result.Tokens[0].Value;
            if (!CompletionScripts.Shells.Contains(typed)) result.AddError(Mistakes.NotOneOf("<shell>", CompletionScripts.Shells, typed));
        });
        var command = new ProgramCommand(
            "completion",
            "Writes the script that completes command lines of ddpm in a shell, for the shell to read when it starts.",
            "source <(ddpm completion bash)")
        {
            shell,
        };
        command.SetAction(parsed => output.Write(CompletionScripts.Of(parsed.GetValue(shell)!)));
        return command;
    }
}
