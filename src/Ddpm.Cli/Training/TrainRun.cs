using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Images;
using Ddpm.Cli.Output;
using Ddpm.Cli.Shell;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Plotting;
using Ddpm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Cli.Training;

/// <summary>Trains as the options say: data, network, process, trainer, and the files of the run.</summary>
/// <param name="options">The options.</param>
/// <param name="ranks">The processes that train together.</param>
/// <param name="screen">Receives messages.</param>
internal sealed class TrainRun(TrainOptions options, ICommunicator ranks, Screen screen)
{
    private const int GridSteps = 100;

    /// <summary>Trains, or resumes an existing run.</summary>
    /// <param name="report">Receives what is said of the data.</param>
    /// <param name="stop">Interrupts the run.</param>
    /// <returns>False where the run was interrupted; true where all steps are done or the time is up.</returns>
    public bool Execute(JsonObject report, CancellationToken stop)
    {
        using OpenedImages images = DataSource.Open(options);
        IDataset data = images.Data;
        if (options.Conditional && data.ClassCount == 0)
        {
            throw new UsageException("--conditional needs classes: subfolders, --labels, CIFAR or a .npz file with arr_1.");
        }

        if (!options.Conditional && options.Given.ContainsKey(TrainOptions.LabelDropoutName))
        {
            throw new UsageException($"{TrainOptions.LabelDropoutName} needs --conditional: without it no example has a class.");
        }

        StartingModel? start = options.InitFrom is { } from ? new StartingModel(from) : null;
        (UNetOptions layers, ReverseDiffusion process) = start is null
            ? (NetworkChoice.Network(options, data), NetworkChoice.Process(options))
            : start.Configuration(options, data);
        Device device = Communicators.Device(options.Device, ranks, options.Gpu.TensorFloat32);
        var checkpoints = new CheckpointStore(Path("checkpoints"), options.CheckpointEvery, options.KeepLast);
        RunInFolder? found = null;
        StepEstimate? estimate = null;
        TypeChoice? types = null;
        ranks.OnFirstRank(() =>
        {
            found = RunInFolder.Find(checkpoints);
            found?.RequireSteps(options);
            // A run that exists has its type: noise in a measurement does not end it.
            if (found is null && options.BFloat16 && device.type == DeviceType.CPU)
            {
                types = new TypeChoice(ComputeSpeed.Measure());
                types.Require(options.Force);
            }

            long left = options.Steps - (found?.Steps ?? 0);
            // A run that is done costs no step.
            estimate = left > 0 ? Estimate(layers, device) : null;
            estimate?.Require(options, layers, left, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        });

        using var network = new UNet(layers, options.Seed) { ChannelsLast = options.Gpu.ChannelsLast };
        string? taken = found is null ? start?.Initialize(network).ToString() : null;
        network.to(device);
        Objective objective = Objective(process);
        using Trainer trainer = Trainer.Create(network, objective, Training(), communicator: ranks);

        ranks.OnFirstRank(() => OutputPath.RequireFolder("--out", options.Output));
        using var held = RunLock.OfFolder(options.Output, ranks);
        ranks.OnFirstRank(() =>
        {
            OutputFolder.Mark(options.Output);
            KilledRun.RemoveLeftovers(options.Output);
        });
        bool resumed = checkpoints.RestoreLatest(trainer, replan: true);
        Introduce(images, network, trainer, resumed ? found : null, taken);
        long remaining = options.Steps - trainer.StepsDone;
        if (remaining > 0) FolderReport.LookForTransparency(screen, images.Folder);
        if (remaining > 0 && estimate is not null) screen.Line(estimate.Text(remaining));
        if (types is not null) screen.Line(types.Text);
        using var timeUp = new CancellationTokenSource();
        if (options.MaxMinutes is { } minutes) timeUp.CancelAfter(TimeSpan.FromMinutes(minutes));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeUp.Token);
        bool done = Train(trainer, checkpoints, network, process, data, device, stop, either.Token);
        ranks.OnFirstRank(() => Finish(trainer, network, process));
        FolderReport.Read(screen, images.Folder);
        report["data"] = FolderReport.Json(images.Folder);
        return done || !ranks.Any(stop.IsCancellationRequested);
    }

    private bool Train(
        Trainer trainer, CheckpointStore checkpoints, UNet network, ReverseDiffusion process, IDataset data, Device device,
        CancellationToken stop, CancellationToken end)
    {
        using var metrics = new MetricsLog(options.MetricsEvery,
        [
            new CsvMetrics(Path("metrics.csv")),
            new JsonLinesMetrics(Path("metrics.jsonl")),
            .. options.TensorBoard ? [new TensorBoardMetrics(Path("tensorboard"))] : Array.Empty<IMetricWriter>(),
        ]);
        using var pace = new PaceLog(options.MetricsEvery, new CsvMetrics(Path("pace.csv")));
        using var batches = new PrefetchedBatches(
            new ShuffledBatches(data, options.BatchSize, options.Seed, options.Flip),
            ahead: Math.Max(2, options.Workers),
            workers: options.Workers)
        {
            Pinned = device.type == DeviceType.CUDA,
        };
        var request = new SamplingRequest { SampleShape = [.. data.Shape], Noise = new PerSampleNoise(options.Seed), Device = device };
        SampleGrids grids = RunGrids.Create(
            Path("grids"), options.GridEvery, Sampler(network, process), request, options.Conditional ? data.ClassCount : 0,
            data.ClassNames, end);
        ITrainingDisplay display = screen.Terminal is { } terminal && ranks.Rank == 0
            ? new LiveDisplay(terminal, trainer.StepsDone, options.Steps, options.CheckpointEvery, grids.Folder)
            : new ProgressLines(screen, screen.IsVerbose ? options.MetricsEvery : null);
        using CancellationTokenRegistration told = stop.Register(display.Stopping);
        ITrainingHook[] hooks = [new OptionsHook(options), metrics, pace, grids, checkpoints];
        return display.Show(() => trainer.Run(batches, options.Steps, display, hooks, end));
    }

    private StepEstimate Estimate(UNetOptions layers, Device device) => StepEstimate.Of(
        layers,
        (double)options.BatchSize / ranks.WorldSize,
        options.Accumulation,
        options.Averages.Length,
        TrainingSpeed.Measure(device, options.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32));

    private void Introduce(OpenedImages images, UNet network, Trainer trainer, RunInFolder? found, string? taken)
    {
        screen.Line(
            $"{Amount.Of(images.Data.Count, "image")} [{string.Join(", ", images.Data.Shape)}], "
            + $"{UNet.CountParameters(network.Options):N0} parameters, "
            + $"{Amount.Of(options.Steps, "step")} of {(long)options.Accumulation * options.BatchSize:N0}"
            + (ranks.WorldSize > 1 ? $" on {ranks.WorldSize} processes" : ""));
        if (taken is not null) screen.Line($"Weights of {options.InitFrom}: {taken}");
        if (found is not null) screen.Line(found.Text(trainer.Options.Decay, options.WarmupSteps));
        if (images.Data.ClassNames is { } names) screen.Line($"Classes: {Names(images.Folder?.ClassNames, names)}");
        FolderReport.LeftOut(screen, images.Folder);
    }

    // Subfolders that have other names are shown with theirs.
    private static string Names(ClassNames? subfolders, ClassNames names) => subfolders is null || subfolders.Equals(names)
        ? $"{names}"
        : string.Join(", ", names.Zip(subfolders, (name, subfolder) => $"{name} ({subfolder})"));

    private void Finish(Trainer trainer, UNet network, ReverseDiffusion process)
    {
        using (trainer.Ema.SwapIn()) ModelFolder.Save(Path("model"), network, process);
        PlotPoint[] losses = LossCurve.Read(Path("metrics.csv"));
        if (losses.Length > 0) LossPlot.Save(Path("loss.png"), [new PlotSeries("loss", losses)], LossCurve.Options);
        string stopped = trainer.StepsDone < options.Steps
            ? $"Stopped at step {trainer.StepsDone:N0} of {options.Steps:N0}; the same command continues. "
            : "";
        screen.Line($"{stopped}The model is in {Path("model")}");
    }

    private Objective Objective(ReverseDiffusion process) => (process.Options.Variance.IsLearned, options.LossWeights) switch
    {
        (true, null) => new HybridObjective(process),
        (true, _) => throw new UsageException(
            "--loss-weights does not go with a learned variance: L_hybrid has L_simple for the prediction, the bound for the variance."),
        (false, var weights) => new SimpleObjective(process, weights),
    };

    private TrainingOptions Training() => new()
    {
        LearningRate = options.LearningRate,
        WarmupSteps = options.WarmupSteps,
        Decay = options.Decay switch
        {
            "cosine" => LearningRateDecay.Cosine(options.Steps),
            "linear" => LearningRateDecay.Linear(options.Steps),
            "wsd" => LearningRateDecay.WarmupStableDecay(options.Steps),
            _ => LearningRateDecay.None,
        },
        WeightDecay = options.WeightDecay,
        Accumulation = options.Accumulation,
        Averages = options.Averages,
        LabelDropout = options.LabelDropout,
        ComputeType = options.BFloat16 ? ScalarType.BFloat16 : null,
        Seed = options.Seed,
    };

    // Few steps: the pictures show the progress of the training. Ancestral: a deterministic sampler keeps the large error in x̂_0 that an
    // unfinished network makes in its first step.
    private static DdpmSampler Sampler(UNet network, ReverseDiffusion process) =>
        new(network, process.Respace(Math.Min(GridSteps, process.Coefficients.Timesteps)));

    private string Path(string name) => System.IO.Path.Combine(options.Output, name);
}
