using System.Collections.Immutable;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Help;
using Ddpm.Cli.Images;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Training;

namespace Ddpm.Cli.Training;

/// <summary>The options of <c>ddpm train</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class TrainOptions(OptionReader read)
{
    /// <summary>The option that takes the class from some examples.</summary>
    public const string LabelDropoutName = "--label-dropout";

    /// <summary>Gets the options that were given, with the words behind each.</summary>
    public IReadOnlyDictionary<string, ImmutableArray<string>> Given { get; } = read.Given;

    public ImmutableArray<string> Data { get; } = read.Section("Data").RequiredTexts(
        "--data",
        "path",
        "A folder of images (PNG, JPEG, WebP, GIF, BMP and others; with a subfolder for each class, if any), an IDX file of images (MNIST "
            + "and its kin, .gz too), CIFAR .bin files or their folder, or a .npz file with bytes [N, H, W, C] as arr_0");

    public string? Labels { get; } = read.Text("--labels", "file", "The IDX file of classes that belongs to an IDX file of images");

    public ImmutableArray<string> ClassNames { get; } = read.Texts(
        "--class-names",
        "names",
        "Names of the classes in the order of the labels, kept with the model, instead of numbers or the names of subfolders: a file with "
            + $"one on each line, a list with commas, or {string.Join(", ", ClassNameSource.Sets)}; by default those of a file "
            + $"{ClassNameSource.FileName} beside the labels, or CIFAR's own");

    public string Output { get; } = read.Section("Run").Text(
        "--out", "folder", "ddpm-run", "Folder for checkpoints, grids, metrics and the model; an existing run is resumed");

    public bool Resume { get; } = read.Flag(
        RunOptionsFile.Resume,
        "Continue the run in --out with the options that it was started with; those given here replace them, such as more --steps");

    public string? InitFrom { get; } = read.Text(
        "--init-from",
        "path",
        "Start from the weights of a model folder, a run or a checkpoint: its network and process, fitted to the images");

    public bool Force { get; } = read.Flag(
        "--force", "Train although the estimate says that memory or time will not do, or in bfloat16 where it is slower");

    public ImageOptions Images { get; } = new(read.Section("Data"));

    public bool Conditional { get; } = read.Section("Data").Flag(
        "--conditional", "Teach the network the classes (needs subfolders, --labels, CIFAR or a .npz file with arr_1)");

    public double LabelDropout { get; } = read.Real(
        LabelDropoutName, 0.1, "Fraction of the examples that lose their class, which teaches pictures without one", NumberRange.Unit);

    public bool Flip { get; } = read.Flag("--flip", "Mirror images at random; wrong for digits and letters");

    public int Steps { get; } = read.Section("Training").Number("--steps", 10_000, "Training steps", least: 1);

    public double? MaxMinutes { get; } =
        read.Real("--max-minutes", "Stop after this many minutes; the same command resumes the run", NumberRange.Minutes);

    public int BatchSize { get; } =
        read.Number("--batch-size", 64, "Images in a batch, of all processes together", least: 1, Most.Batch);

    public int Accumulation { get; } = read.Number("--accumulation", 1, "Batches that make a step", least: 1, Most.Repetitions);

    public double LearningRate { get; } = read.Real("--learning-rate", 2e-4, "Adam's learning rate after warm-up", NumberRange.Positive);

    public int WarmupSteps { get; } = read.Number("--warmup-steps", 500, "Steps over which the learning rate grows from 0", least: 0);

    public string Decay { get; } =
        read.Choice(
            "--decay",
            "cosine",
            "How the learning rate falls until the last step; wsd falls over the last fifth",
            ["none", "cosine", "linear", "wsd"]);

    public double WeightDecay { get; } = read.Real("--weight-decay", 0, "AdamW's weight decay", NumberRange.NotNegative);

    public ImmutableArray<AverageProfile> Averages { get; } = read.Each(
        "--ema",
        "profile",
        "power:0.1",
        "Moving averages, power:σ, constant:d, ramped:d or warmup:d; the first draws the grids and becomes the model",
        Profile);

    public bool BFloat16 { get; } = IsBFloat16(
        read.Choice(
            "--dtype", "Type in which the network computes, by default float32; weights and sums stay float32", ["float32", "bfloat16"]),
        read.RetiredFlag("--bf16", "--dtype bfloat16"));

    public string Schedule { get; } = read.Section("Process").Choice("--schedule", "linear", "Variance schedule", ["linear", "cosine"]);

    public int Timesteps { get; } =
        read.Number("--timesteps", 1000, "T, the steps of the process", least: 1, FileLimits.MostTimesteps);

    public Prediction Prediction { get; } = read.OneOf(
        "--prediction",
        Prediction.Epsilon,
        "What the network predicts",
        Prediction.Known,
        prediction => prediction.Name);

    public ReverseVariance Variance { get; } = read.OneOf(
        "--variance",
        ReverseVariance.FixedSmall,
        "Reverse variance; the learned ones are trained with L_hybrid",
        ReverseVariance.Known,
        variance => variance.Name);

    public int Channels { get; } = read.Section("Network").Number(
        "--channels",
        64,
        $"Channels of the first level; a multiple of {NetworkChoice.Groups}",
        least: NetworkChoice.Groups,
        UNetConfiguration.MostChannels);

    public ImmutableArray<int> Multipliers { get; } = read.Numbers(
        "--multipliers",
        [1, 2, 2],
        "Channels of each level as multiples of the first's",
        least: 1,
        UNetConfiguration.MostChannels,
        UNetConfiguration.MostLevels);

    public int Blocks { get; } = read.Number("--blocks", 2, "Residual blocks a level", least: 1, UNetConfiguration.MostBlocks);

    public ImmutableArray<int> Attention { get; } = read.Numbers(
        "--attention",
        [],
        "Sizes at which the network attends, such as 16; the middle always does",
        least: 1,
        Most.Side,
        UNetConfiguration.MostLevels);

    public double Dropout { get; } = read.Real("--dropout", 0.1, "Dropout", NumberRange.BelowOne);

    public LossWeighting? LossWeights { get; } = read.Section("Training").Of(LossWeightsOption.Create());

    public int CheckpointEvery { get; } = read.Section("Run").Number("--checkpoint-every", 1000, "Steps between two checkpoints", least: 1);

    public int KeepLast { get; } = read.Number("--keep-last", 2, "Checkpoints kept", least: 1);

    public int GridEvery { get; } = read.Number("--grid-every", 1000, "Steps between two pictures of samples", least: 1);

    public int MetricsEvery { get; } = read.Number("--metrics-every", 50, "Steps between two rows of metrics", least: 1);

    public bool TensorBoard { get; } = read.Flag("--tensorboard", "Write metrics for TensorBoard too");

    public int Workers { get; } = read.Section(ProgramCommand.Machine).Number(
        "--workers", Math.Min(8, Environment.ProcessorCount), "Threads that read images ahead", least: 1, Most.Threads);

    public long Seed { get; } = read.Section("Training").Whole("--seed", 0, "Seed of weights, order, timesteps and noise");

    public string Device { get; } = read.Section(ProgramCommand.Machine).Device();

    public GpuOptions Gpu { get; } = new(read);

    private static bool IsBFloat16(string? dtype, bool retired) => retired && dtype == "float32"
        ? throw new UsageException("--bf16 must go without --dtype float32: it is --dtype bfloat16 of today.")
        : retired || dtype == "bfloat16";

    private static AverageProfile Profile(string text)
    {
        string[] parts = text.Split(':');
        bool isNumber = double.TryParse(parts[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        try
        {
            return (parts.Length == 2 && isNumber ? parts[0] : "") switch
            {
                "power" => AverageProfile.Power(value),
                "constant" => AverageProfile.Constant(value),
                "ramped" => AverageProfile.Ramped(value),
                "warmup" => AverageProfile.Warmup(value),
                _ => throw new ArgumentException(
                    $"An average must be power:σ, constant:d, ramped:d or warmup:d, but is {OptionText.Shown(text)}."),
            };
        }
        catch (ArgumentOutOfRangeException exception)
        {
            // The library's names of σ and d.
            throw new ArgumentException(ErrorLine.Of(exception).Replace("relativeWidth", "σ").Replace("decay", "d"));
        }
    }
}
