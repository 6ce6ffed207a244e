using System.CommandLine;
using System.Text.Json.Nodes;
using Ddpm.Cli.Shell;
using Ddpm.Training;

namespace Ddpm.Cli.Training;

/// <summary><c>ddpm export</c>: a checkpoint becomes a model folder.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandShell shell) => shell.Create(
        "export",
        "Makes a model folder of a checkpoint, in the layout of diffusers' DDPMPipeline.",
        read => new ExportOptions(read),
        (options, screen, _) =>
        {
            Checkpoint.Export(options.Checkpoint, options.Output, options.Average);
            screen.Line($"The model is in {options.Output}");
            screen.Json(new JsonObject { ["model"] = options.Output, ["checkpoint"] = options.Checkpoint });
            return true;
        });
}
