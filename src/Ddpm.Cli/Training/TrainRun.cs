using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Images;
using Ddpm.Cli.Output;
using Ddpm.Cli.Shell;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Imaging;
using Ddpm.Models;
using Ddpm.Plotting;
using Ddpm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Cli.Training;

/// <summary>Trains as the options say: data, network, process, trainer, and the files of the run.</summary>
internal static class TrainRun
{
    private const int GridSamples = 64, GridSteps = 100;

    /// <summary>Trains, or resumes an existing run.</summary>
    /// <param name="options">The options.</param>
    /// <param name="ranks">The processes that train together.</param>
    /// <param name="screen">Receives messages.</param>
    /// <param name="report">Receives what is said of the data.</param>
    /// <param name="stop">Interrupts the run.</param>
    /// <returns>False where the run was interrupted; true where all steps are done or the time is up.</returns>
    public static bool Execute(TrainOptions options, ICommunicator ranks, Screen screen, JsonObject report, CancellationToken stop)
    {
        ReverseDiffusion process = NetworkChoice.Process(options);
        using OpenedImages images = DataSource.Open(options);
        IDataset data = images.Data;
        if (options.Conditional && data.ClassCount == 0)
        {
            throw new UsageException("--conditional needs classes: subfolders, --labels or CIFAR-10.");
        }

        using var network = new UNet(NetworkChoice.Network(options, data), options.Seed);
        Device device = Communicators.Device(options.Device, ranks);
        network.to(device);
        TrainingOptions training = Training(options);
        Objective objective = process.Options.Variance.IsLearned ? new HybridObjective(process) : new SimpleObjective(process);
        using Trainer trainer = Trainer.Create(network, objective, training, communicator: ranks);

        string Out(string name) => Path.Combine(options.Output, name);
        using var taken = RunLock.OfFolder(options.Output, ranks);
        ranks.OnFirstRank(() => OutputFolder.Mark(options.Output));
        var checkpoints = new CheckpointStore(Out("checkpoints"), options.CheckpointEvery, options.KeepLast);
        bool resumed = checkpoints.RestoreLatest(trainer);
        screen.Line(
            $"{data.Count:N0} images [{string.Join(", ", data.Shape)}], {UNet.CountParameters(network.Options):N0} parameters, "
            + $"{options.Steps:N0} steps of {(long)training.Accumulation * options.BatchSize:N0}"
            + (ranks.WorldSize > 1 ? $" on {ranks.WorldSize} processes" : "")
                + (resumed ? $", going on at step {trainer.StepsDone:N0}" : ""));
        if (images.Folder is { ClassCount: > 0 } folder) screen.Line($"Classes: {folder.ClassNames}");
        FolderReport.LeftOut(screen, images.Folder);
        using var metrics = new MetricsLog(options.MetricsEvery,
        [
            new CsvMetrics(Out("metrics.csv")),
            new JsonLinesMetrics(Out("metrics.jsonl")),
            .. options.TensorBoard ? [new TensorBoardMetrics(Out("tensorboard"))] : Array.Empty<IMetricWriter>(),
        ]);
        using var pace = new PaceLog(options.MetricsEvery, new CsvMetrics(Out("pace.csv")));
        using var batches = new PrefetchedBatches(
            new ShuffledBatches(data, options.BatchSize, options.Seed, options.Flip),
            ahead: Math.Max(2, options.Workers),
            workers: options.Workers);
        var layout = new ImageGridOptions { Columns = GridColumns(options, data) };
        var grids = new SampleGrids(
            Out("grids"),
            Sampler(network, process),
            Request(options, data, device),
            options.GridEvery,
            options: layout);
        using var timeUp = new CancellationTokenSource();
        if (options.MaxMinutes is { } minutes) timeUp.CancelAfter(TimeSpan.FromMinutes(minutes));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeUp.Token);
        var lines = new ProgressLines(screen, options.MetricsEvery);
        bool done = trainer.Run(batches, options.Steps, lines, [metrics, pace, grids, checkpoints], either.Token);
        ranks.OnFirstRank(() => Finish(options, trainer, network, process, screen, Out));
        FolderReport.Read(screen, images.Folder);
        report["data"] = FolderReport.Json(images.Folder);
        return done || !ranks.Any(stop.IsCancellationRequested);
    }

    private static void Finish(
        TrainOptions options, Trainer trainer, UNet network, ReverseDiffusion process, Screen screen, Func<string, string> path)
    {
        using (trainer.Ema.SwapIn()) ModelFolder.Save(path("model"), network, process);
        (long, double)[] losses = LossCurve.Read(path("metrics.csv"));
        if (losses.Length > 0) LossPlot.SaveMeansPng(path("loss.png"), losses);
        string stopped = trainer.StepsDone < options.Steps
            ? $"Stopped at step {trainer.StepsDone:N0} of {options.Steps:N0}; the same command continues. "
            : "";
        screen.Line($"{stopped}The model is in {path("model")}");
    }

    private static TrainingOptions Training(TrainOptions options) => new()
    {
        LearningRate = options.LearningRate,
        WarmupSteps = options.WarmupSteps,
        Decay = options.Decay switch
        {
            "cosine" => LearningRateDecay.Cosine(options.Steps),
            "linear" => LearningRateDecay.Linear(options.Steps),
            _ => LearningRateDecay.None,
        },
        WeightDecay = options.WeightDecay,
        Accumulation = options.Accumulation,
        Averages = options.Averages,
        ComputeType = options.BFloat16 ? ScalarType.BFloat16 : null,
        Seed = options.Seed,
    };

    // Few classes have a column each.
    private static int GridColumns(TrainOptions options, IDataset data) =>
        options.Conditional && data.ClassCount <= 16 ? data.ClassCount : 8;

    // Few steps: the pictures show the progress of the training. Ancestral: a deterministic sampler keeps the large error in x̂_0 that an
    // unfinished network makes in its first step.
    private static DdpmSampler Sampler(UNet network, ReverseDiffusion process) =>
        new(network, process.Respace(Math.Min(GridSteps, process.Coefficients.Timesteps)));

    private static int Count(TrainOptions options, IDataset data) =>
        GridSamples / GridColumns(options, data) * GridColumns(options, data);

    private static SamplingRequest Request(TrainOptions options, IDataset data, Device device) => new()
    {
        Count = Count(options, data),
        SampleShape = [.. data.Shape],
        Noise = new PerSampleNoise(options.Seed),
        Device = device,
        Labels = options.Conditional
            ? [.. Enumerable.Range(0, Count(options, data)).Select(i => (long)(i % data.ClassCount))]
            : null,
    };
}
