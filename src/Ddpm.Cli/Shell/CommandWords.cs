using System.Collections.Immutable;
using System.CommandLine;
using Ddpm.Cli.Arguments;
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
        foreach (Argument argument in command.Arguments)
        {
            if (parsed.GetResult(argument) is { } result) Add(argument.Name, [.. result.Tokens.Select(token => token.Value)]);
        }

        foreach ((string name, ImmutableArray<string> given) in OptionReader.Reading(parsed).Given)
        {
            if (!Own.Contains(name)) Add(name, given);
        }

        return words;

        void Add(string name, ImmutableArray<string> typed) => words[name] = typed.IsEmpty ? "given" : string.Join(' ', typed);
    }
}
