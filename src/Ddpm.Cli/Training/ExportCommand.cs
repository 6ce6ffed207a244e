using System.CommandLine;
using System.Text.Json.Nodes;
using Ddpm.Cli.Output;
using Ddpm.Training;
using static Ddpm.Cli.Arguments.Options;

namespace Ddpm.Cli.Training;

/// <summary><c>ddpm export</c>: a checkpoint becomes a model folder.</summary>
internal static class ExportCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var checkpoint = new Option<string>("--checkpoint") { Description = "The checkpoint, such as ddpm-run/checkpoints/step-000010000", HelpName = "folder", Required = true };
        var folder = new Option<string>("--out") { Description = "The model folder to write", HelpName = "folder", Required = true };
        var average = Number("--average", 0, "Which of the run's moving averages, counted from 0", 0);
        Option<bool> json = Json();
        var command = new Command("export", "Makes a model folder of a checkpoint, in the layout of diffusers' DDPMPipeline.") { checkpoint, folder, average, json };
        command.SetAction(parsed => CommandLine.Guarded(error, _ =>
        {
            Checkpoint.Export(parsed.GetValue(checkpoint)!, parsed.GetValue(folder)!, parsed.GetValue(average)!.Value);
            var screen = new Screen(output, error, parsed.GetValue(json));
            screen.Line($"The model is in {parsed.GetValue(folder)}");
            screen.Json(new JsonObject { ["model"] = parsed.GetValue(folder), ["checkpoint"] = parsed.GetValue(checkpoint) });
            return true;
        }));
        return command;
    }
}
