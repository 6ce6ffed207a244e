using System.CommandLine;
using Ddpm.Cli.Help;
using Ddpm.Core;

namespace Ddpm.Cli.Arguments;

/// <summary>
/// Names mistakes that the parser describes too briefly: it takes an unknown option for the value of the option before it. The samples
/// compile this file too.
/// </summary>
internal static class Mistakes
{
    /// <summary>Describes the first mistake in one line; null where there is none.</summary>
    public static string? Find(ParseResult parsed, string[] args)
    {
        Command command = parsed.CommandResult.Command;
        string name = Name(parsed);
        string[] known = [.. command.Options.SelectMany(option => option.Aliases.Append(option.Name)), "--help"];
        string[] words = [.. args.TakeWhile(arg => arg != "--")];
        for (int i = 0; i < words.Length; i++)
        {
            string arg = words[i];
            if (!arg.StartsWith("--", StringComparison.Ordinal) || arg == "--") continue;
            string[] parts = arg.Split(['=', ':'], 2);
            string typed = parts[0];
            if (parts is [_, var value] && command.Options.FirstOrDefault(option => Answers(option, typed)) is { } flag)
            {
                if (OfFlag(flag, value) is { } wrong) return wrong;
            }

            // The parser takes an option for the value of the one before it.
            if (parts.Length == 1 && i + 1 < words.Length && known.Contains(words[i + 1])
                && command.Options.FirstOrDefault(option => Answers(option, typed)) is { } open && OptionForm.TakesValue(open))
            {
                return $"{typed} must be followed by {OptionForm.Value(open)}, but is followed by {words[i + 1]}.";
            }

            if (known.Contains(typed)) continue;
            string hint = Spelling.Hint(typed, Shown(command));
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

    /// <summary>Describes a word that is none of those that can stand there.</summary>
    /// <param name="name">The option, or the argument in angle brackets.</param>
    /// <param name="words">The words that can stand there; two at least.</param>
    /// <param name="typed">The word that does.</param>
    public static string NotOneOf(string name, IReadOnlyList<string> words, string typed) =>
        $"{name} must be {string.Join(", ", words.SkipLast(1))} or {words[^1]}, but is {OptionText.Shown(typed)}"
            + Spelling.Hint(typed, words);

    /// <summary>Names the first argument or option that is missing, and describes it; null where none is.</summary>
    public static string? Missing(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0) return null;
        Command command = parsed.CommandResult.Command;
        string name = Name(parsed);
        Argument? missing = command.Arguments.FirstOrDefault(argument =>
            argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is null or { Tokens.Count: 0 });
        if (missing is not null) return $"{name} needs <{missing.Name}>: {missing.Description}. See {name} --help.";
        Option? absent = command.Options.FirstOrDefault(option =>
            option.Required && parsed.GetResult(option) is null or { Implicit: true });
        return absent is null ? null : $"{name} needs {OptionForm.Of(absent)}: {absent.Description}. See {name} --help.";
    }

    /// <summary>
    /// Describes every option that has no value, or more of them than it takes; where there is none, gives the parser's errors.
    /// </summary>
    public static IEnumerable<string> Others(ParseResult parsed)
    {
        string[] ofValues = [.. OfValues(parsed)];
        return ofValues.Length > 0 ? ofValues : parsed.Errors.Select(problem => problem.Message).Distinct();
    }

    private static IEnumerable<string> OfValues(ParseResult parsed)
    {
        foreach (Option option in parsed.CommandResult.Command.Options)
        {
            if (parsed.GetResult(option) is not { Implicit: false } given) continue;
            string[] values = [.. given.Tokens.Select(token => OptionText.Shown(token.Value))];
            if (values.Length < option.Arity.MinimumNumberOfValues)
            {
                yield return $"{option.Name} must be followed by {OptionForm.Value(option)}, but is followed by nothing.";
            }
            else if (values.Length > option.Arity.MaximumNumberOfValues)
            {
                yield return $"{option.Name} must be given once, but is {string.Join(" and ", values)}.";
            }
        }
    }

    /// <summary>Gives the command as it is typed, such as ddpm evaluate fid.</summary>
    public static string Name(ParseResult parsed) => CommandPath.Of(parsed.CommandResult.Command);

    private static bool Answers(Option option, string name) => option.Name == name || option.Aliases.Contains(name);

    // The names that a hint may give.
    private static IEnumerable<string> Shown(Command command) => command.Options.Where(option => !option.Hidden)
        .SelectMany(option => option.Aliases.Except(RetiredNames.Of(option.Name)).Append(option.Name)).Append("--help")
        .Where(name => name.StartsWith("--", StringComparison.Ordinal));
}
