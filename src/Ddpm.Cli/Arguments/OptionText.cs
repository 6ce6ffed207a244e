using System.CommandLine;
using System.CommandLine.Parsing;

namespace Ddpm.Cli.Arguments;

/// <summary>
/// Texts of options and arguments: none is empty, and none has a NUL, which no name of a file has. The samples compile this file too.
/// </summary>
internal static class OptionText
{
    /// <summary>Refuses what is no name of anything.</summary>
    public static T Filled<T>(T option)
        where T : Option
    {
        option.Validators.Add(result => Check(result, result.Tokens, option.Name, option.HelpName ?? "text"));
        return option;
    }

    /// <summary>The same of an argument.</summary>
    public static T FilledArgument<T>(T argument)
        where T : Argument
    {
        argument.Validators.Add(result => Check(result, result.Tokens, $"<{argument.Name}>", "path"));
        return argument;
    }

    /// <summary>What was typed, as a message repeats it.</summary>
    public static string Shown(string text) =>
        text.Length == 0 ? "empty" : ErrorLine.Of(text.Replace("\0", "\\0", StringComparison.Ordinal));

    private static void Check(SymbolResult result, IEnumerable<Token> tokens, string name, string expected)
    {
        foreach (string text in tokens.Select(token => token.Value))
        {
            if (text.Length == 0 || text.Contains('\0')) result.AddError($"{name} must be a {expected}, but is {Shown(text)}.");
        }
    }
}
