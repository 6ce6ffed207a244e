using System.CommandLine;
using Ddpm.Cli.Output;
using static Ddpm.Cli.Arguments.Options;

namespace Ddpm.Cli.Sampling;

/// <summary><c>ddpm sample</c>: a model folder becomes pictures.</summary>
internal static class SampleCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = new Argument<string>("model") { Description = "A model folder, such as ddpm-run/model or a downloaded google/ddpm-cifar10-32" };
        var folder = new Option<string>("--out") { Description = "Folder for images/000000.png and so on, grid.png and samples.json; samples of the same settings that are there are kept, and the rest drawn", HelpName = "folder", DefaultValueFactory = _ => "samples" };
        var count = Number("--count", null, "Samples; by default 16, or as many as --start has", 1);
        var first = Number("--first", 0, "Number of the first sample, to divide a set among several machines", 0);
        var start = Text("--start", "x_T.safetensors", "Begin with these x_T [N, C, H, W] in place of noise: the tensor x_T of the file, or its only one");
        var save = Flag("--save-tensors", "Write samples.safetensors with x_T and x_0, float32 [N, C, H, W]; draws all samples again");
        var grid = Number("--grid", 64, "The most samples in grid.png; 0 for none", 0);
        Option<bool> mpi = Communicators.Option(), json = Json();
        var flags = new SamplingFlags();
        var command = new Command("sample", "Draws samples from a model folder, as PNG files and a grid of them. A run that was stopped goes on.") { model, folder, count, first };
        flags.AddTo(command);
        foreach (Option option in new Option[] { start, save, grid, mpi, json }) command.Add(option);
        command.SetAction(parsed => CommandLine.Guarded(error, stop => Communicators.Run(
            parsed.GetValue(mpi),
            output,
            (ranks, writer) =>
            {
                var options = new SampleOptions
                {
                    Model = parsed.GetValue(model)!,
                    Output = parsed.GetValue(folder)!,
                    Count = parsed.GetValue(count),
                    First = parsed.GetValue(first)!.Value,
                    Start = parsed.GetValue(start),
                    SaveTensors = parsed.GetValue(save),
                    Grid = parsed.GetValue(grid)!.Value,
                    Sampling = flags.Read(parsed).On(ranks),
                };
                return new SampleRun(options, new Screen(writer, error, parsed.GetValue(json)), ranks).Execute(stop);
            })));
        return command;
    }
}
