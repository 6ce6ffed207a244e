using System.CommandLine;
using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Cli.Shell;
using Ddpm.Training;

namespace Ddpm.Cli.Export;

/// <summary><c>ddpm export</c>: a checkpoint becomes a model folder, or a model folder an ONNX model.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandShell shell) => shell.Create(
        "export",
        "Makes a model folder of a checkpoint, in the layout of diffusers' DDPMPipeline; with --onnx an ONNX model of a model folder.",
        "ddpm export --onnx run/model model.onnx",
        read => new ExportOptions(read),
        (options, screen, _) =>
        {
            options.Validate();
            if (options.Onnx) OnnxExporter.Execute(options, screen);
            else ExportCheckpoint(options, screen, shell);
            return true;
        },
        torch: false);

    private static void ExportCheckpoint(ExportOptions options, Screen screen, CommandShell shell)
    {
        OutputPath.RequireUnused(options.Output!, options.Overwrite);
        shell.LoadTorch("ddpm export --checkpoint");
        Checkpoint.Export(options.Checkpoint!, options.Output!, options.Average);
        screen.Line($"The model is in {options.Output}");
        screen.Json(new JsonObject { ["model"] = options.Output, ["checkpoint"] = options.Checkpoint });
    }
}
