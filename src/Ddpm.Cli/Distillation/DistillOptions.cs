using Ddpm.Cli.Arguments;
using Ddpm.Cli.Help;
using Ddpm.Cli.ModelFolders;
using Ddpm.Core;
using Ddpm.Training;

namespace Ddpm.Cli.Distillation;

/// <summary>The options of <c>ddpm distill</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class DistillOptions(OptionReader read)
{
    private static readonly DistillationOptions Default = DistillationOptions.Default;

    public string Model { get; } = read.Argument("model", "The model folder of the teacher, such as ddpm-run/model");

    public string Output { get; } = read.Section("Run").Text(
        "--out", "folder", "ddpm-distilled", "Folder for checkpoints, grids, metrics and the student; an existing run is resumed");

    public int Steps { get; } = read.Section("Student").Number(
        "--steps", Default.Steps, "Steps of the student, which are steps of ddim", least: 1, FileLimits.MostTimesteps);

    public int Substeps { get; } = read.Section("Teacher").Number(
        "--substeps", Default.Substeps, "Steps of the teacher for each of the student", least: 1, FileLimits.MostTimesteps);

    public string Solver { get; } = read.Choice(
        "--solver", Default.Sampler.Name, "How the teacher steps", ["ddim", "dpm-solver++", "ipndm"]);

    public double Guidance { get; } = read.Real(
        "--teach-guidance",
        Default.Guidance,
        "Strength of guidance of a class-conditional teacher, which the student learns; 1 is none",
        NumberRange.NotNegative);

    public double LabelDropout { get; } = read.Real(
        "--label-dropout", Default.LabelDropout, "Share of the samples without a class, of a teacher with classes", NumberRange.Unit);

    public ModelFolderOptions Folder { get; } = new(read);

    public int Updates { get; } = read.Section("Training").Number("--updates", 500, "Updates of the student's weights", least: 1);

    public int BatchSize { get; } = read.Number("--batch-size", 16, "Samples of an update, each with all steps", least: 1, Most.Batch);

    public double LearningRate { get; } =
        read.Real("--learning-rate", 2e-4, "Adam's learning rate after warm-up; it falls to 0 by a cosine", NumberRange.Positive);

    public int WarmupUpdates { get; } = read.Number(
        "--warmup-updates", 20, "Updates over which the learning rate grows from 0", least: 0);

    public long Seed { get; } = read.Whole("--seed", 0, "Seed of noise and classes");

    public int CheckpointEvery { get; } = read.Section("Run").Number(
        "--checkpoint-every", 100, "Updates between two checkpoints, and two pictures of samples", least: 1);

    public int KeepLast { get; } = read.Number("--keep-last", 2, "Checkpoints kept", least: 1);

    public int MetricsEvery { get; } = read.Number("--metrics-every", 10, "Updates between two rows of metrics", least: 1);

    public string Device { get; } = read.Section(ProgramCommand.Machine).Device();

    public GpuOptions Gpu { get; } = new(read);
}
