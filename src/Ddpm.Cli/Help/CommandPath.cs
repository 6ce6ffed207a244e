using System.CommandLine;

namespace Ddpm.Cli.Help;

/// <summary>The words that call a command. The samples compile this file too.</summary>
internal static class CommandPath
{
    /// <summary>The word of the program.</summary>
    public static string Program { get; } = typeof(CommandPath).Assembly.GetName().Name!;

    /// <summary>Gives the command as it is typed, such as ddpm evaluate fid.</summary>
    public static string Of(Command command) => string.Join(' ', [Program, .. Words(command)]);

    /// <summary>Gives the words behind the program's.</summary>
    public static IEnumerable<string> Words(Command command) => command is RootCommand
        ? []
        : command.Parents.OfType<Command>().Where(parent => parent is not RootCommand).Append(command).Select(part => part.Name);
}
