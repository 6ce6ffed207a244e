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

/// <summary>The variational bound of a model over images, in bits/dim.</summary>
internal sealed class BoundRun(BoundCommandOptions options, Screen screen, ICommunicator ranks)
{
    private readonly ModelSource source = new(options.Model, options.Folder);

    public bool Execute(CancellationToken stop)
    {
        using TrainedModel model = source.Load();
        UNet network = model.Network;
        if (network.ClassCount > 0 && !network.HasNullLabel)
        {
            throw new NotSupportedException($"{options.Model} must be told a class, but bits/dim are computed without one here.");
        }

        Device device = Communicators.Device(options.Device, ranks);
        network.to(device);
        int timesteps = model.Process.Coefficients.Timesteps, steps = options.Steps ?? timesteps;
        IVarianceSchedule schedule = model.Process.Coefficients.Schedule;
        SpacingRule spacing = KnownSpacings.Find(options.Spacing);
        var process = new ReverseDiffusion(SamplerChoice.Respaced(schedule, steps, spacing, options.Model), model.Process.Options);
        var folders = new JsonObject();
        BoundReport test = Evaluate(network, process, device, options.Data, "", folders, stop);
        BoundReport? train = options.Train is { } path ? Evaluate(network, process, device, path, ".train", folders, stop) : null;
        EvaluationReport report = EvaluationReport.Of("Variational bound", test);
        ImmutableSortedDictionary<string, string> settings = report.Settings
            .SetItem("model", options.Model)
            .SetItem("data", options.Data)
            .SetItem("spacing", steps == timesteps ? "all" : options.Spacing)
            .SetItem("decoder", options.ExactDecoder ? "exact" : "discretized")
            .SetItem("seed", options.Seed.ToString(CultureInfo.InvariantCulture));
        if (train is not null)
        {
            string examples = train.Examples.ToString(CultureInfo.InvariantCulture);
            settings = settings.SetItem("train", options.Train!).SetItem("train-examples", examples);
        }

        if (options.Plot is not null)
        {
            ranks.OnFirstRank(() => RateDistortionPlot.SavePng(options.Plot, test.RateDistortion));
            screen.Line($"The rate–distortion curve is in {options.Plot}");
        }

        ImmutableArray<Metric> metrics = report.Metrics;
        if (train is not null)
        {
            metrics =
            [
                .. metrics,
                .. EvaluationReport.Of("", train).Metrics.Select(metric => metric with { Name = metric.Name + "_train" }),
            ];
        }

        Measurement.Show(screen, report with { Settings = settings, Metrics = metrics }, folders);
        return true;
    }

    private BoundReport Evaluate(
        UNet network,
        ReverseDiffusion process,
        Device device,
        string path,
        string part,
        JsonObject folders,
        CancellationToken stop)
    {
        // A network of one channel sees a picture's shades of gray.
        bool gray = network.Options.InChannels == 1 && Directory.Exists(path);
        using OpenedImages images = ImageData.Open(path, options.Images, gray, options.Workers, stop);
        IDataset data = images.Data;
        FolderReport.LeftOut(screen, images.Folder);
        long[] shape = [.. network.Options.SampleShape.Select(size => (long)size)];
        if (!data.Shape.SequenceEqual(shape))
        {
            string hint = Directory.Exists(path) ? $"; --size {new PixelSize((int)shape[1], (int)shape[2])} brings them to its size" : "";
            throw new UsageException(
                $"{path} has images [{string.Join(", ", data.Shape)}], but {options.Model} is a model of "
                    + $"[{string.Join(", ", shape)}]{hint}.");
        }

        IDataset chosen = options.Count is { } count ? SubsetDataset.EvenlySpread(data, count) : data;
        var bound = new VariationalBound(network, process, new BoundOptions
        {
            Draws = options.Draws,
            Decoder = options.ExactDecoder ? Decoder.DiscretizedExact : Decoder.Discretized,
            Device = device,
        });
        var batches = new DatasetBoundOptions
        {
            BatchSize = options.BatchSize,
            Seed = options.Seed,
            ProgressFile = options.ProgressFile is { } file ? file + part : null,
            NetworkIdentity = source.Identity,
        };
        BoundReport bounds = screen.Track(
            $"Bound over {Amount.Of(chosen.Count, "image")}",
            bar => DatasetBound.Evaluate(bound, chosen, batches, bar, ranks, stop));
        FolderReport.Read(screen, images.Folder);
        if (FolderReport.Json(images.Folder) is { } json) folders[part.Length == 0 ? "data" : part[1..]] = json;
        return bounds;
    }
}
