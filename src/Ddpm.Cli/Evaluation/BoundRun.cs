using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Images;
using Ddpm.Cli.ModelFolders;
using Ddpm.Cli.Output;
using Ddpm.Cli.Sampling;
using Ddpm.Cli.Shell;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Evaluation;
using Ddpm.Models;
using Ddpm.Plotting;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary>The bits/dim of a model over images: its variational bound, or its likelihood.</summary>
internal sealed class BoundRun(BoundCommandOptions options, Screen screen, ICommunicator ranks)
{
    private readonly ModelSource source = new(options.Model, options.Folder);

    public bool Execute(CancellationToken stop)
    {
        options.Flow.Require(options);
        if (options.Flow.Ode && Path.GetExtension(options.Model).Equals(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException(
                $"--ode needs gradients through the network, which {options.Model}, an ONNX model, does not give: name the model folder "
                    + "that it was exported from.");
        }

        OutputPath.RequirePlot("--plot", options.Plot);
        ranks.OnFirstRank(() =>
        {
            OutputPath.RequireFile("--plot", options.Plot);
            OutputPath.RequireFile("--progress-file", options.ProgressFile);
        });
        using TrainedModel model = source.Load();
        source.RequireNoConditions(model.Network.Options);
        UNet network = model.Network;
        if (network.ClassCount > 0 && !network.HasNullLabel)
        {
            throw new NotSupportedException($"{options.Model} must be told a class, but bits/dim are computed without one here.");
        }

        Device device = Communicators.Device(options.Device, ranks, tensorFloat32: false);
        network.to(device);
        int timesteps = model.Process.Coefficients.Timesteps, steps = options.Steps ?? timesteps;
        SpacingRule spacing = options.Spacing is { } name
            ? KnownSpacings.Find(name)
            : options.Flow.Ode ? KnownSpacings.Karras : KnownSpacings.Trailing;
        // The flow's density is known at the last timestep alone, whatever its noise.
        if (options.Flow.Ode && spacing == KnownSpacings.Karras)
        {
            spacing = new(spacing.Name, (schedule, n) => TimestepSpacing.Karras(schedule, n));
        }

        IBitsMeasure measure = Measure(model, spacing, steps, device);
        using OpenedImages test = Open(network, options.Data, stop);
        using OpenedImages? train = options.Train is { } path ? Open(network, path, stop) : null;
        IDataset testImages = Chosen(test);
        IDataset? trainImages = train is null ? null : Chosen(train);
        measure.Estimate((long)testImages.Count + (trainImages?.Count ?? 0), ranks, screen);
        var folders = new JsonObject();
        EvaluationReport report = Evaluate(measure, testImages, test, "", folders, stop);
        ImmutableSortedDictionary<string, string> settings = report.Settings
            .SetItems(measure.Settings)
            .SetItem("model", options.Model)
            .SetItem("data", options.Data)
            .SetItem("spacing", steps == timesteps ? "all" : spacing.Name)
            .SetItem("seed", options.Seed.ToString(CultureInfo.InvariantCulture));
        ImmutableArray<Metric> metrics = report.Metrics;
        if (train is not null)
        {
            EvaluationReport learnt = Evaluate(measure, trainImages!, train, ".train", folders, stop);
            settings = settings.SetItem("train", options.Train!).SetItem("train-examples", learnt.Settings["examples"]);
            metrics = [.. metrics, .. learnt.Metrics.Select(metric => metric with { Name = metric.Name + "_train" })];
        }

        if (options.Plot is { } plot && measure is BoundMeasure { First: { } first })
        {
            ranks.OnFirstRank(() => RateDistortionPlot.Save(plot, [("test", first.RateDistortion)]));
            screen.Line($"The rate–distortion curve is in {plot}");
        }

        Measurement.Show(screen, report with { Settings = settings, Metrics = metrics }, folders);
        return true;
    }

    private IBitsMeasure Measure(TrainedModel model, SpacingRule spacing, int steps, Device device)
    {
        IVarianceSchedule schedule = model.Process.Coefficients.Schedule;
        if (options.Flow.Ode && model.Process.Coefficients.AlphaBars[^1] == 0)
        {
            throw new UsageException(
                $"--ode needs some signal at the last timestep, but {options.Model} has none there (zero terminal SNR): its flow has no "
                    + "beginning.");
        }

        var process = new ReverseDiffusion(SamplerChoice.Respaced(schedule, steps, spacing, options.Model), model.Process.Options);
        if (options.Flow.Ode)
        {
            RequireEnds(process, spacing, schedule.Timesteps);
            var likelihood = new DequantizedLikelihood(
                new FlowLikelihood(model.Network, process, options.Flow.Rule), options.Flow.Likelihood(options.Draws, device));
            return new FlowMeasure(likelihood, model.Network.Options, options);
        }

        bool exact = options.Decoder == "exact";
        var bound = new VariationalBound(model.Network, process, new BoundOptions
        {
            Draws = options.Draws,
            Decoder = exact ? Decoder.DiscretizedExact : Decoder.Discretized,
            Device = device,
        });
        return new BoundMeasure(bound, exact);
    }

    // From the noise of the data to the noise of the prior: a density at any other noise would not be the data's.
    private void RequireEnds(ReverseDiffusion process, SpacingRule spacing, int timesteps)
    {
        if (process.Coefficients.Schedule is RespacedSchedule { Retained: [var first, .., var last] }
            && (first, last) != (0, timesteps - 1))
        {
            throw new UsageException(
                $"--ode needs the first and the last timestep, 0 and {timesteps - 1}, but --spacing {spacing} with --steps "
                    + $"{options.Steps} goes from {first} to {last}; karras and linspace keep both.");
        }
    }

    private OpenedImages Open(UNet network, string path, CancellationToken stop)
    {
        // A network of one channel sees a picture's shades of gray.
        bool gray = network.Options.InChannels == 1 && Directory.Exists(path);
        OpenedImages images = ImageData.Open(path, options.Images, gray, options.Workers, stop);
        try
        {
            FolderReport.LeftOut(screen, images.Folder);
            long[] shape = [.. network.Options.SampleShape.Select(size => (long)size)];
            if (images.Data.Shape.SequenceEqual(shape)) return images;
            string hint = Directory.Exists(path) ? $"; --size {new PixelSize((int)shape[1], (int)shape[2])} brings them to its size" : "";
            throw new UsageException(
                $"{path} has images [{string.Join(", ", images.Data.Shape)}], but {options.Model} is a model of "
                    + $"[{string.Join(", ", shape)}]{hint}.");
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    private IDataset Chosen(OpenedImages images) =>
        options.Count is { } count ? SubsetDataset.EvenlySpread(images.Data, count) : images.Data;

    private EvaluationReport Evaluate(
        IBitsMeasure measure, IDataset chosen, OpenedImages images, string part, JsonObject folders, CancellationToken stop)
    {
        var batches = new DatasetBoundOptions
        {
            BatchSize = options.BatchSize,
            Seed = options.Seed,
            ProgressFile = options.ProgressFile is { } file ? file + part : null,
            NetworkIdentity = source.Identity,
        };
        EvaluationReport report = screen.Track(
            $"{(measure is FlowMeasure ? "Likelihood of" : "Bound over")} {Amount.Of(chosen.Count, "image")}",
            bar => measure.Of(chosen, batches, bar, ranks, stop));
        FolderReport.Read(screen, images.Folder);
        if (FolderReport.Json(images.Folder) is { } json) folders[part.Length == 0 ? "data" : part[1..]] = json;
        return report;
    }
}
