using System.CommandLine;
using Ddpm.Cli.Shell;

namespace Ddpm.Cli.Conversion;

/// <summary><c>ddpm convert</c>: a model folder in today's names and another type.</summary>
internal static class ConvertCommand
{
    public static Command Create(CommandShell shell) => shell.Create(
        "convert",
        "Writes a model folder anew: older names of tensors become today's, shards one file, and weights of another type.",
        read => new ConvertOptions(read),
        (options, screen, _) =>
        {
            Converter.Execute(options, screen);
            return true;
        });
}
