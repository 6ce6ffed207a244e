using System.CommandLine;
using Ddpm.Cli.Shell;

namespace Ddpm.Cli.Conversion;

/// <summary><c>ddpm convert</c>: a model folder in today's names and another type.</summary>
internal static class ConvertCommand
{
    public static Command Create(CommandShell shell) => shell.Create(
        "convert",
        "Rewrites a model folder: renames tensors to the current names, joins shards into one file, and converts the type of weights.",
        "ddpm convert run/model model-bf16 --dtype bfloat16",
        read => new ConvertOptions(read),
        (options, screen, _) =>
        {
            Converter.Execute(options, screen);
            return true;
        });
}
