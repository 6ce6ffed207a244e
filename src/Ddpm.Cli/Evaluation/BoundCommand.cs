using System.CommandLine;
using Ddpm.Cli.Output;
using Ddpm.Cli.Sampling;
using static Ddpm.Cli.Arguments.Options;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate bpd</c>: bits/dim.</summary>
internal static class BoundCommand
{
    private const int MostWorkers = 8;

    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = new Argument<string>("model") { Description = "A model folder" };
        var data = new Argument<string>("data") { Description = "Images that the model has not seen: a folder of PNG or JPEG files, CIFAR .bin files or their folder, an IDX file (MNIST and its kin)" };
        var train = Text("--train", "path", "Images that it was trained on, over which the bound is computed too: the difference is what it has learnt by heart");
        var steps = Number("--steps", null, "Steps of the process, at most the model's T and by default as many; fewer have a looser bound", 1);
        var spacing = Choice("--spacing", "Which timesteps they are", "trailing", SamplerChoice.Spacings);
        var draws = Number("--draws", 1, "Draws of noise for each image and timestep", 1);
        var decoder = Choice("--decoder", "L_0: discretized with the authors' approximation of the normal distribution, or with the exact one", "discretized", "discretized", "exact");
        var count = Number("--count", null, "Images, evenly spread over the data; by default all", 1);
        var size = Number("--size", null, "Height and width to bring the images of a folder to; by default their own", 1);
        var grayscale = Flag("--grayscale", "Read the images of a folder in shades of gray; a model of one channel always does");
        var batch = Number("--batch-size", 64, "Images that the network sees at once", 1);
        var workers = Number("--num-workers", Math.Min(MostWorkers, Environment.ProcessorCount), "Threads that read images", 1);
        var seed = Whole("--seed", 0, "Seed of the noise");
        Option<string> device = Device();
        var plot = Text("--plot", "file.png", "Write the rate–distortion curve of progressive coding");
        var progress = Text("--progress-file", "file.json", "Keeps what is computed after every batch, and goes on from there when the command is given again; removed at the end");
        Option<bool> mpi = Communicators.Option(), json = Json();
        var command = new Command("bpd", "Bits/dim: the variational bound on the negative log-likelihood, with rate and distortion. Calls the network once for every image and timestep.")
        {
            model, data, train, steps, spacing, draws, decoder, count, size, grayscale, batch, workers, seed, device, plot, progress, mpi, json,
        };
        command.SetAction(parsed => CommandLine.Guarded(error, stop =>
        {
            var choices = new BoundChoices(
                parsed.GetValue(model)!, parsed.GetValue(data)!, parsed.GetValue(train), parsed.GetValue(steps), parsed.GetValue(spacing)!, parsed.GetValue(draws)!.Value, parsed.GetValue(decoder) == "exact", parsed.GetValue(count),
                parsed.GetValue(size), parsed.GetValue(grayscale), parsed.GetValue(batch)!.Value, parsed.GetValue(workers)!.Value, parsed.GetValue(seed), parsed.GetValue(device)!, parsed.GetValue(plot), parsed.GetValue(progress));
            return Communicators.Run(parsed.GetValue(mpi), output, (ranks, first) => new BoundRun(choices, new Screen(first, error, parsed.GetValue(json)), ranks).Execute(stop));
        }));
        return command;
    }
}
