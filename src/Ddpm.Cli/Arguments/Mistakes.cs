using System.CommandLine;

namespace Ddpm.Cli.Arguments;

/// <summary>Mistakes of which the parser would say too little: an unknown option would become the value of the one before it.</summary>
internal static class Mistakes
{
    /// <summary>What is wrong, in one line; null where nothing is.</summary>
    public static string? Find(ParseResult parsed, string[] args)
    {
        Command command = parsed.CommandResult.Command;
        string name = Name(parsed);
        string[] known = [.. command.Options.SelectMany(option => option.Aliases.Append(option.Name)), "--help"];
        foreach (string arg in args.TakeWhile(arg => arg != "--"))
        {
            if (!arg.StartsWith("--", StringComparison.Ordinal) || arg == "--") continue;
            string typed = arg.Split('=', ':')[0];
            if (!known.Contains(typed)) return $"{name} has no option {typed}{Spelling.Hint(typed, known.Where(other => other.StartsWith("--", StringComparison.Ordinal)))} See {name} --help.";
        }

        if (command.Subcommands.Count > 0)
        {
            string commands = string.Join(", ", command.Subcommands.Select(sub => sub.Name));
            return parsed.UnmatchedTokens is [string word, ..] ? $"{name} has no command {word}{Spelling.Hint(word, command.Subcommands.Select(sub => sub.Name))} The commands are {commands}."
                : parsed.Errors.Count > 0 ? $"{name} must be followed by a command: {commands}."
                : null;
        }

        return parsed.UnmatchedTokens is [string extra, ..] ? $"{name} does not expect {extra}. See {name} --help." : null;
    }

    /// <summary>Which argument is missing, and what it is; null where none is.</summary>
    public static string? Missing(ParseResult parsed)
    {
        Argument? missing = parsed.Errors.Count == 0 ? null : parsed.CommandResult.Command.Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is null or { Tokens.Count: 0 });
        return missing is null ? null : $"{Name(parsed)} needs <{missing.Name}>: {missing.Description}. See {Name(parsed)} --help.";
    }

    /// <summary>The command as it is typed, such as ddpm evaluate fid.</summary>
    public static string Name(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? result = parsed.CommandResult; result is System.CommandLine.Parsing.CommandResult command; result = result.Parent)
        {
            names.Push(command.Command is RootCommand ? "ddpm" : command.Command.Name);
        }

        return string.Join(' ', names);
    }
}
