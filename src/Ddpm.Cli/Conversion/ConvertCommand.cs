using System.CommandLine;
using Ddpm.Cli.Output;
using static Ddpm.Cli.Arguments.Options;

namespace Ddpm.Cli.Conversion;

/// <summary><c>ddpm convert</c>: a model folder in today's names and another type.</summary>
internal static class ConvertCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = new Argument<string>("model") { Description = "A model folder; of an older diffusers, of the authors' names, in shards or in 16 bits too" };
        var folder = new Argument<string>("out") { Description = "The folder to write, in the layout of diffusers' DDPMPipeline" };
        var dtype = Choice("--dtype", "Type of the stored weights; 16 bits halve the file, and are widened again when it is read", "float32", Converter.Types);
        var overwrite = Flag("--overwrite", "Write over a model that is there");
        Option<bool> json = Json();
        var command = new Command("convert", "Writes a model folder anew: older names of tensors become today's, shards one file, and weights of another type.") { model, folder, dtype, overwrite, json };
        command.SetAction(parsed => CommandLine.Guarded(error, _ =>
        {
            Converter.Execute(parsed.GetValue(model)!, parsed.GetValue(folder)!, parsed.GetValue(dtype)!, parsed.GetValue(overwrite), new Screen(output, error, parsed.GetValue(json)));
            return true;
        }));
        return command;
    }
}
