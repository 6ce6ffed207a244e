using Ddpm.Cli.Arguments;
using Ddpm.Cli.Help;
using Ddpm.Cli.Images;
using Ddpm.Cli.ModelFolders;
using Ddpm.Cli.Sampling;

namespace Ddpm.Cli.Evaluation;

/// <summary>The options of <c>ddpm evaluate bpd</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class BoundCommandOptions(OptionReader read)
{
    public string Model { get; } = read.Argument("model", "A model folder");

    public string Data { get; } = read.Argument("data", "Images that the model has not seen: " + ImageData.Kinds);

    public ModelFolderOptions Folder { get; } = new(read.Section("Model"));

    public string? Train { get; } = read.Section("Images").Text(
        "--train",
        "path",
        "Images that it was trained on, over which the bound is computed too: the difference is what it has learnt by heart");

    public int? Steps { get; } = read.Section("Bound").Number(
        "--steps", "Steps of the process, at most the model's T and by default as many; fewer have a looser bound", least: 1);

    /// <summary>Null for the measure's own.</summary>
    public string? Spacing { get; } = read.Choice(
        "--spacing",
        "Which timesteps they are; by default trailing, and karras with --ode, whose flow bends most where there is little noise",
        SamplerChoice.Spacings);

    public int Draws { get; } = read.Number(
        "--draws",
        1,
        "Draws of noise for each image and timestep; with --ode, of points at which the density of an image is taken",
        least: 1,
        Most.Repetitions);

    /// <summary>Null for discretized.</summary>
    public string? Decoder { get; } = read.Choice(
        "--decoder",
        "L_0: discretized (the default) takes the authors' approximation of the normal distribution, exact the distribution itself",
        ["discretized", "exact"]);

    public FlowOptions Flow { get; } = new(read);

    public bool Force { get; } = read.Flag("--force", "With --ode: compute although the estimate says that memory or time will not do");

    public int? Count { get; } = read.Section("Images").Number(
        "--count", "Images, evenly spread over the data; by default all", least: 1, Most.Samples);

    public ImageOptions Images { get; } = new(read.Section("Images"));

    public int BatchSize { get; } = read.Section(ProgramCommand.Machine).Number(
        "--batch-size", 64, "Images that the network sees at once", least: 1, Most.Batch);

    public int Workers { get; } = read.Section(ProgramCommand.Machine).Number(
        "--workers", DatasetReader.DefaultWorkers, "Threads that read images", least: 1, Most.Threads);

    public long Seed { get; } = read.Section("Bound").Whole("--seed", 0, "Seed of the noise");

    public string Device { get; } = read.Section(ProgramCommand.Machine).Device();

    public string? Plot { get; } = read.Section("Output").Text(
        "--plot", "file.png", "Write the rate–distortion curve of progressive coding, as PNG or, to a file.svg, as SVG");

    public string? ProgressFile { get; } = read.Text(
        "--progress-file",
        "file.json",
        "Keeps what is computed after every batch; the same command resumes there, and removes the file at its end");
}
