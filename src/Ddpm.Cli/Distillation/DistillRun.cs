using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.ModelFolders;
using Ddpm.Cli.Output;
using Ddpm.Cli.Shell;
using Ddpm.Cli.Training;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Cli.Distillation;

/// <summary>Distils as the options say: teacher, student, trainer, and the files of the run.</summary>
/// <param name="options">The options.</param>
/// <param name="screen">Receives messages.</param>
internal sealed class DistillRun(DistillOptions options, Screen screen)
{
    /// <summary>Distils, or resumes an existing run.</summary>
    /// <param name="report">Receives the result.</param>
    /// <param name="stop">Interrupts the run.</param>
    /// <returns>False where the run was interrupted.</returns>
    public bool Execute(JsonObject report, CancellationToken stop)
    {
        if (Path.GetFullPath(At("model")) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Model)))
        {
            throw new UsageException($"--out must be another folder than {options.Output}, whose model is the teacher.");
        }

        var source = new ModelSource(options.Model, options.Folder);
        using TrainedModel teacher = source.Load(), student = source.Load();
        Device device = Communicators.Device(options.Device, SingleProcess.Instance, options.Gpu.TensorFloat32);
        foreach (UNet network in new[] { teacher.Network, student.Network })
        {
            network.ChannelsLast = options.Gpu.ChannelsLast;
            network.to(device);
        }

        Ddpm.Training.Distillation distillation = Distillation(teacher);
        using Trainer trainer = distillation.CreateTrainer(student.Network, new TrainingOptions
        {
            LearningRate = options.LearningRate,
            WarmupSteps = options.WarmupUpdates,
            Decay = LearningRateDecay.Cosine(options.Updates),
            Seed = options.Seed,
        });

        OutputPath.RequireFolder("--out", options.Output);
        using var held = RunLock.OfFolder(options.Output);
        OutputFolder.Mark(options.Output);
        KilledRun.RemoveLeftovers(options.Output);
        var checkpoints = new CheckpointStore(At("checkpoints"), options.CheckpointEvery, options.KeepLast);
        bool resumed = checkpoints.RestoreLatest(trainer, replan: true);
        screen.Line(
            $"{options.Model}: {Amount.Of(options.Steps, "step")} for {options.Steps * options.Substeps} of {options.Solver}, at t = "
            + $"{Timesteps(distillation.Process)}; {Amount.Of(options.Updates, "update")} of {options.BatchSize:N0}");
        if (resumed) screen.Line($"Resuming, going on at update {trainer.StepsDone:N0}");
        bool done = Train(distillation, trainer, student, checkpoints, device, stop);
        using (trainer.Ema.SwapIn()) ModelFolder.Save(At("model"), student.Network, distillation.Process);
        string stopped = done ? "" : $"Stopped at update {trainer.StepsDone:N0} of {options.Updates:N0}; the same command continues. ";
        screen.Line($"{stopped}The student is in {At("model")}: ddpm sample {At("model")} draws in {Amount.Of(options.Steps, "step")}");
        report["model"] = At("model");
        report["updates"] = trainer.StepsDone;
        report["timesteps"] = new JsonArray([.. distillation.Process.Coefficients.Schedule is RespacedSchedule { Retained: var retained }
            ? retained.Select(t => JsonValue.Create(t))
            : []]);
        return done || !stop.IsCancellationRequested;
    }

    private Ddpm.Training.Distillation Distillation(TrainedModel teacher)
    {
        try
        {
            return new Ddpm.Training.Distillation(teacher.Network, teacher.Process, new DistillationOptions
            {
                Steps = options.Steps,
                Substeps = options.Substeps,
                Sampler = KnownSamplers.Find(options.Solver),
                Guidance = options.Guidance,
                LabelDropout = options.LabelDropout,
            });
        }
        catch (ArgumentException exception)
        {
            throw new UsageException($"{options.Model} cannot be distilled so: {ErrorLine.Of(exception)}");
        }
    }

    private bool Train(
        Ddpm.Training.Distillation distillation, Trainer trainer, TrainedModel student, CheckpointStore checkpoints, Device device,
        CancellationToken stop)
    {
        using var metrics = new MetricsLog(
            options.MetricsEvery, [new CsvMetrics(At("metrics.csv")), new JsonLinesMetrics(At("metrics.jsonl"))]);
        var request = new SamplingRequest
        {
            SampleShape = student.SampleShape,
            Noise = new PerSampleNoise(options.Seed),
            Device = device,
        };
        SampleGrids grids = RunGrids.Create(
            At("grids"), options.CheckpointEvery, new DdimSampler(student.Network, distillation.Process), request,
            student.Network.Options.ClassCount ?? 0, student.ClassNames, stop);
        ITrainingDisplay display = screen.Terminal is { } terminal
            ? new LiveDisplay(terminal, trainer.StepsDone, options.Updates, options.CheckpointEvery, grids.Folder)
            : new ProgressLines(screen, screen.IsVerbose ? options.MetricsEvery : null);
        using CancellationTokenRegistration told = stop.Register(display.Stopping);
        IBatchSource batches = distillation.Trajectories(student.SampleShape, options.BatchSize, options.Seed);
        return display.Show(() => trainer.Run(batches, options.Updates, display, [metrics, grids, checkpoints], stop));
    }

    private static string Timesteps(ReverseDiffusion process) => string.Join(
        ", ", Enumerable.Range(0, process.Coefficients.Timesteps).Reverse().Select(process.Coefficients.Schedule.ModelTimestep));

    private string At(string name) => Path.Combine(options.Output, name);
}
