using System.CommandLine;
using Ddpm.Cli.Arguments;
using Docs.Tests;

namespace Ddpm.Cli.Tests;

/// <summary>The command lines that the pages show.</summary>
public sealed class PageCommandsTests
{
    private static readonly string[] Starts = ["ddpm", "src/Ddpm.Cli", "ddpm-cli/ddpm", "tools/ddpm"];

    [Fact]
    public void Commands_OfAllPages_AreUnderstood()
    {
        var commands = from page in Pages.All
                       from command in MarkdownPage.Read(page).Commands()
                       let args = Arguments(command)
                       where args is not null
                       select (Page: Pages.Relative(page), Command: command, Args: args);
        commands.Should().HaveCountGreaterThan(25, "else the pages are not read");
        commands.Select(shown => (shown.Page, shown.Command, Mistake: Mistake(shown.Args))).Where(shown => shown.Mistake is not null)
            .Should().BeEmpty();
    }

    // The words after ddpm, up to a redirection; null where the command is another program's.
    private static string[]? Arguments(string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["dotnet", not "run", ..]) return null;
        int start = Array.FindIndex(words, word => Starts.Contains(word));
        if (start < 0) return null;
        return [.. words.Skip(start + 1).SkipWhile(word => word == "--").TakeWhile(word => word is not ">" and not "&&" and not "|")];
    }

    private static string? Mistake(string[] args)
    {
        // The run's own file gives what its command must have.
        if (args.Contains(RunOptionsFile.Resume)) args = [.. args, "--data", "pictures"];
        ParseResult parsed = DeclaredCommands.Create().Parse(args);
        // A configuration file may give what the command line leaves out.
        string? missing = args.Contains("--config") ? null : Mistakes.Missing(parsed);
        return Mistakes.Find(parsed, args) ?? missing
            ?? (args.Contains("--config") ? null : parsed.Errors.Select(error => error.Message).FirstOrDefault());
    }
}
