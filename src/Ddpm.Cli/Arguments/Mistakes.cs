using System.CommandLine;
using System.CommandLine.Parsing;
using Ddpm.Core;

namespace Ddpm.Cli.Arguments;

/// <summary>
/// Names mistakes that the parser describes too briefly: it takes an unknown option for the value of the option before it.
/// </summary>
internal static class Mistakes
{
    /// <summary>Describes the first mistake in one line; null where there is none.</summary>
    public static string? Find(ParseResult parsed, string[] args)
    {
        Command command = parsed.CommandResult.Command;
        string name = Name(parsed);
        string[] known = [.. command.Options.SelectMany(option => option.Aliases.Append(option.Name)), "--help"];
        foreach (string arg in args.TakeWhile(arg => arg != "--"))
        {
            if (!arg.StartsWith("--", StringComparison.Ordinal) || arg == "--") continue;
            string[] parts = arg.Split(['=', ':'], 2);
            string typed = parts[0];
            if (command.Options.FirstOrDefault(option => option.Name == typed) is { } flag && parts is [_, var value])
            {
                if (OfFlag(flag, value) is { } wrong) return wrong;
            }

            if (known.Contains(typed)) continue;
            string hint = Spelling.Hint(typed, known.Where(other => other.StartsWith("--", StringComparison.Ordinal)));
            return $"{name} has no option {typed}{hint} See {name} --help.";
        }

        if (command.Subcommands.Count > 0)
        {
            string[] commands = [.. command.Subcommands.Select(sub => sub.Name)];
            string listed = string.Join(", ", commands);
            if (parsed.UnmatchedTokens is [string word, ..])
            {
                return $"{name} has no command {word}{Spelling.Hint(word, commands)} The commands are {listed}.";
            }

            return parsed.Errors.Count > 0 ? $"{name} must be followed by a command: {listed}." : null;
        }

        return parsed.UnmatchedTokens is [string extra, ..] ? $"{name} does not expect {extra}. See {name} --help." : null;
    }

    /// <summary>
    /// Describes a flag's value that is neither true nor false, which the parser takes for an argument; null for any other.
    /// </summary>
    public static string? OfFlag(Option option, string value) =>
        option.ValueType == typeof(bool) && !bool.TryParse(value, out _)
            ? $"{option.Name} must be true or false, but is {OptionText.Shown(value)}."
            : null;

    /// <summary>Names the first argument that is missing, and describes it; null where none is.</summary>
    public static string? Missing(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0) return null;
        Argument? missing = parsed.CommandResult.Command.Arguments.FirstOrDefault(argument =>
            argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is null or { Tokens.Count: 0 });
        return missing is null ? null : $"{Name(parsed)} needs <{missing.Name}>: {missing.Description}. See {Name(parsed)} --help.";
    }

    /// <summary>Gives the command as it is typed, such as ddpm evaluate fid.</summary>
    public static string Name(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
        {
            names.Push(command.Command is RootCommand ? "ddpm" : command.Command.Name);
        }

        return string.Join(' ', names);
    }
}
