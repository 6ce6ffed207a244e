using System.CommandLine;
using System.CommandLine.Invocation;

namespace Ddpm.Cli.Help;

/// <summary>
/// Writes the help of a command: what it does, how it is called, an example, and its options in sections. Lines end by the width of the
/// terminal, by column 80 elsewhere.
/// </summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const int WidthOfPipes = 80, Narrowest = 50, Widest = 100, Indent = 2, MostNames = 24;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        TextWriter output = parseResult.InvocationConfiguration.Output;
        bool terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        Write(parseResult.CommandResult.Command, output, terminal ? Math.Clamp(Console.WindowWidth, Narrowest, Widest) : WidthOfPipes);
        return 0;
    }

    /// <summary>Writes the help of a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="output">Receives the lines.</param>
    /// <param name="width">The column by which lines end.</param>
    public static void Write(Command command, TextWriter output, int width)
    {
        Lines(output, command.Description ?? "", 0, width);
        string name = CommandPath.Of(command);
        bool isGroup = command.Subcommands.Count > 0;
        IEnumerable<string> arguments = command.Arguments.Select(argument =>
            argument.Arity.MinimumNumberOfValues > 0 ? $"<{argument.Name}>" : $"[<{argument.Name}>]");
        IEnumerable<string> required = command.Options.Where(option => option.Required).Select(OptionForm.Of);
        Section(output, "Usage");
        Lines(output, string.Join(' ', [name, .. isGroup ? ["<command>"] : arguments, .. required, "[options]"]), Indent, width);
        if (command is ProgramCommand { Example: var example })
        {
            Section(output, "Example");
            Lines(output, example, Indent, width, continued: " \\");
        }

        Entries(output, "Commands", command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (sub.Name, sub.Description ?? "")), width);
        Entries(output, "Arguments", command.Arguments.Select(argument => ($"<{argument.Name}>", argument.Description ?? "")), width);
        IEnumerable<IGrouping<string, Option>> sections = command is ProgramCommand program
            ? program.Sections()
            : command.Options.Where(option => !option.Hidden).GroupBy(_ => ProgramCommand.OtherOptions);
        foreach (IGrouping<string, Option> section in sections)
        {
            IEnumerable<(string, string)> shown = section.Select(option => (OptionForm.Of(option), OptionForm.Description(option)));
            if (section.Key == ProgramCommand.EveryCommand) shown = shown.Prepend(("--help", "Show this page"));
            Entries(output, section.Key, shown, width);
        }

        if (!isGroup) return;
        output.WriteLine();
        Lines(output, $"{name} <command> --help shows the options of a command.", 0, width);
    }

    private static void Section(TextWriter output, string heading)
    {
        output.WriteLine();
        output.WriteLine(heading);
    }

    // Two columns. A name that is longer than its column has a line of its own.
    private static void Entries(TextWriter output, string heading, IEnumerable<(string Name, string Text)> entries, int width)
    {
        (string Name, string Text)[] all = [.. entries];
        if (all.Length == 0) return;
        Section(output, heading);
        int longest = all.Select(entry => entry.Name.Length).Where(length => length <= MostNames).DefaultIfEmpty(MostNames).Max();
        int column = Indent + longest + 2;
        foreach ((string name, string text) in all)
        {
            IEnumerable<string> lines = TextLines.Of(text, width - column);
            string start = (new string(' ', Indent) + name).PadRight(column);
            if (start.Length > column)
            {
                output.WriteLine(start);
                start = new string(' ', column);
            }

            foreach (string line in lines)
            {
                output.WriteLine((start + line).TrimEnd());
                start = new string(' ', column);
            }
        }
    }

    private static void Lines(TextWriter output, string text, int indent, int width, string continued = "")
    {
        string[] lines = [.. TextLines.Of(text, width - indent - continued.Length - (continued.Length > 0 ? Indent : 0))];
        for (int i = 0; i < lines.Length; i++)
        {
            string start = new(' ', continued.Length > 0 && i > 0 ? indent + Indent : indent);
            output.WriteLine(start + lines[i] + (i < lines.Length - 1 ? continued : ""));
        }
    }
}
