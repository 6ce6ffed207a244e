using System.CommandLine;

namespace Ddpm.Cli.Help;

/// <summary><c>ddpm help</c>: the same pages as <c>--help</c>.</summary>
internal static class HelpCommand
{
    public const string Name = "help";

    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new ProgramCommand(Name, "Shows the help of the program, or of a command.", "ddpm help evaluate fid")
        {
            new Argument<string[]>("command") { Description = "A command; by default the program", Arity = ArgumentArity.ZeroOrMore },
        };

    /// <summary>Gives what shows the page that a command line asks for: ddpm help sample is ddpm sample --help.</summary>
    public static string[] Expand(string[] args) => args is [Name, .. var words] && !words.Any(word => word.StartsWith('-'))
        ? [.. words.Where(word => word != Name), "--help"]
        : args;
}
