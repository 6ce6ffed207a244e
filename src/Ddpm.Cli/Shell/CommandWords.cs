using System.CommandLine;
using System.CommandLine.Parsing;
using Ddpm.Cli.Help;

namespace Ddpm.Cli.Shell;

/// <summary>A command line as the processes of one job compare it.</summary>
internal static class CommandWords
{
    // What may differ between machines, and what an option of all of them says already.
    private static readonly string[] Own = ["--device", "--workers", "--threads", "--config"];

    /// <summary>Gives the words of every argument and option that was given, by its name, and those of the command.</summary>
    public static IReadOnlyDictionary<string, string> Of(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        var words = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Command"] = string.Join(' ', CommandPath.Words(command)),
        };
        foreach (Argument argument in command.Arguments) Add(argument.Name, parsed.GetResult(argument)?.Tokens);
        foreach (Option option in command.Options.Where(option => !Own.Contains(option.Name)))
        {
            if (parsed.GetResult(option) is { Implicit: false } given) Add(option.Name, given.Tokens);
        }

        return words;

        void Add(string name, IReadOnlyList<Token>? tokens)
        {
            if (tokens is not null) words[name] = tokens.Count == 0 ? "given" : string.Join(' ', tokens.Select(token => token.Value));
        }
    }
}
