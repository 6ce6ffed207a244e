using System.CommandLine;
using System.Text.Json.Nodes;
using Ddpm.Cli.Output;
using static Ddpm.Cli.Arguments.Options;

namespace Ddpm.Cli.Inspection;

/// <summary><c>ddpm inspect</c>: what is in a folder.</summary>
internal static class InspectCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var path = new Argument<string>("path") { Description = "A model folder, a checkpoint, a folder that ddpm train wrote, or a safetensors file" };
        Option<bool> json = Json();
        var command = new Command("inspect", "Shows what is there: process, network, parameters, types of tensors, sizes of files, and what does not fit.") { path, json };
        command.SetAction(parsed => CommandLine.Guarded(error, _ =>
        {
            string place = parsed.GetValue(path)!;
            JsonObject found = Inspector.Of(place);
            var screen = new Screen(output, error, parsed.GetValue(json));
            screen.Table(place, 2, Rows.Of(found));
            screen.Json(found);
            return true;
        }));
        return command;
    }
}
