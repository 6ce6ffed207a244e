using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Ddpm.Cli.Help;

namespace Ddpm.Cli.Completion;

/// <summary>
/// Completes a command line: commands, options that it does not have yet, and the words of options that take one of several. Gives nothing
/// where a name of a file is expected, so that the shell completes it.
/// </summary>
internal static class Completer
{
    private const string Help = "help", End = "--";
    private const char Quote = '"';

    /// <summary>Gives the words that can stand where the line ends.</summary>
    /// <param name="root">The commands.</param>
    /// <param name="line">The command line, with or without the program's name.</param>
    /// <param name="position">The place of the cursor in the line.</param>
    public static IReadOnlyList<string> Complete(RootCommand root, string line, int position)
    {
        string typed = line[..Math.Clamp(position, 0, line.Length)];
        // A quotation that is not closed yet.
        if (typed.Count(c => c == Quote) % 2 == 1) typed += Quote;
        List<string> words = [.. CommandLineParser.SplitCommandLine(typed)];
        string current = "";
        if (typed.Length > 0 && !char.IsWhiteSpace(typed[^1]) && words.Count > 0)
        {
            current = words[^1];
            words.RemoveAt(words.Count - 1);
        }

        if (words.Count > 0 && Path.GetFileNameWithoutExtension(words[0]) == CommandPath.Program) words.RemoveAt(0);
        bool help = words is [Help, ..];
        if (help) words.RemoveAt(0);
        Command command = root;
        Option? open = null;
        var given = new HashSet<Option>();
        int places = 0;
        foreach (string word in words)
        {
            if (word == End) return [];
            if (word.StartsWith(End, StringComparison.Ordinal))
            {
                Option? option = Find(command, Name(word));
                if (option is not null) given.Add(option);
                open = option is not null && OptionForm.TakesValue(option) && !word.Contains('=') ? option : null;
            }
            else if (open is not null)
            {
                // Several values may follow some options, but of files, whose names the shell completes.
                open = null;
            }
            else if (command.Subcommands.FirstOrDefault(sub => sub.Name == word) is { } sub)
            {
                command = sub;
            }
            else
            {
                places++;
            }
        }

        IEnumerable<string> known = help ? command.Subcommands.Where(sub => sub.Name != Help).Select(sub => sub.Name)
            : open is not null ? Words(open)
            : current.StartsWith(End, StringComparison.Ordinal) && current.Contains('=') ? Values(command, current)
            : current.StartsWith('-') ? Options(command, given)
            : command.Subcommands.Count > 0 ? places > 0 ? [] : command.Subcommands.Select(sub => sub.Name)
            : places < command.Arguments.Count ? Words(command.Arguments[places])
            : current.Length == 0 ? Options(command, given)
            : [];
        return [.. known.Where(word => word.StartsWith(current, StringComparison.Ordinal))];
    }

    private static string Name(string word) => word.Split('=')[0];

    private static Option? Find(Command command, string name) =>
        command.Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private static IEnumerable<string> Options(Command command, HashSet<Option> given) => command.Options.Append(HelpOf(command))
        .OfType<Option>().Where(option => !option.Hidden && !given.Contains(option)).Select(option => option.Name).Distinct();

    // The program's own, which its commands inherit.
    private static Option? HelpOf(Command command) => command is RootCommand ? null
        : command.Parents.OfType<Command>().SelectMany(parent => parent is RootCommand ? parent.Options : [HelpOf(parent)!])
            .FirstOrDefault(option => option?.Recursive == true);

    private static IEnumerable<string> Values(Command command, string current) =>
        Find(command, Name(current)) is { } option ? Words(option).Select(word => $"{Name(current)}={word}") : [];

    private static IEnumerable<string> Words(Symbol symbol) => symbol is Option { ValueType: var type } && type == typeof(bool)
        ? []
        : symbol.GetCompletions(CompletionContext.Empty).Select(item => item.InsertText ?? item.Label);
}
