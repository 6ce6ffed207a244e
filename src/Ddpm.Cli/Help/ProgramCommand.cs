using System.CommandLine;

namespace Ddpm.Cli.Help;

/// <summary>A command with what its help shows beside the parser's own: an example, and the sections of its options.</summary>
/// <param name="name">The word that calls it.</param>
/// <param name="description">What it does.</param>
/// <param name="example">A command line that people can change to what they want.</param>
internal sealed class ProgramCommand(string name, string description, string example) : Command(name, description)
{
    /// <summary>The section of options that stand under no heading of their own.</summary>
    public const string OtherOptions = "Options";

    /// <summary>The section of what every command has.</summary>
    public const string EveryCommand = "Every command";

    /// <summary>The section of where and on how much of a machine a command runs.</summary>
    public const string Machine = "Machine";

    // The sections that stand behind what a command alone has.
    private static readonly string[] Last = [Machine, EveryCommand];

    private readonly Dictionary<Option, string> headings = [];

    /// <summary>A command line that people can change to what they want.</summary>
    public string Example => example;

    /// <summary>Puts an option into a section.</summary>
    public void Place(Option option, string heading) => headings[option] = heading;

    /// <summary>
    /// The options that the help shows, by their sections: those of the command in the order in which they were declared, then the
    /// machine's and those of every command.
    /// </summary>
    public IEnumerable<IGrouping<string, Option>> Sections() => Options.Where(option => !option.Hidden)
        .GroupBy(option => headings.GetValueOrDefault(option, EveryCommand))
        .OrderBy(section => Array.IndexOf(Last, section.Key));
}
