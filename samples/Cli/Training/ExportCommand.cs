using System.CommandLine;
using Ddpm.Training;

namespace Ddpm.Cli.Training;

/// <summary><c>ddpm export</c>: a checkpoint becomes a model folder.</summary>
internal static class ExportCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var checkpoint = new Option<string>("--checkpoint") { Description = "The checkpoint, such as ddpm-run/checkpoints/step-000010000", Required = true };
        var folder = new Option<string>("--out") { Description = "The model folder", Required = true };
        var average = new Option<int>("--average") { Description = "Which of the run's moving averages, counted from 0", DefaultValueFactory = _ => 0 };
        average.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value < 0) result.AddError($"--average must be at least 0, but is {value}.");
        });
        var command = new Command("export", "Makes a model folder of a checkpoint, in the layout of diffusers' DDPMPipeline.") { checkpoint, folder, average };
        command.SetAction(parsed => CommandLine.Guarded(error, _ =>
        {
            Checkpoint.Export(parsed.GetValue(checkpoint)!, parsed.GetValue(folder)!, parsed.GetValue(average));
            output.WriteLine($"The model is in {parsed.GetValue(folder)}");
            return true;
        }));
        return command;
    }
}
