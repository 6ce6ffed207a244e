using System.Collections.Immutable;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Cli.Sampling;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Evaluation;
using Ddpm.Models;
using Ddpm.Plotting;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary>The variational bound of a model over images, in bits/dim.</summary>
internal sealed class BoundRun(BoundChoices choices, Screen screen, ICommunicator ranks)
{
    public bool Execute(CancellationToken stop)
    {
        using TrainedModel model = ModelFolder.Load(choices.Model);
        UNet network = model.Network;
        if (network.ClassCount > 0 && !network.HasNullLabel) throw new NotSupportedException($"{choices.Model} must be told a class, but bits/dim are computed without one here.");
        Device device = Communicators.Device(choices.Device, ranks);
        network.to(device);
        int timesteps = model.Process.Coefficients.Timesteps, steps = choices.Steps ?? timesteps;
        ReverseDiffusion process = SamplerChoice.Respaced(model.Process, steps, choices.Spacing, choices.Model);
        BoundReport test = Evaluate(network, process, device, choices.Data, "", stop);
        BoundReport? train = choices.Train is { } path ? Evaluate(network, process, device, path, ".train", stop) : null;
        EvaluationReport report = EvaluationReport.Of("Variational bound", test);
        ImmutableSortedDictionary<string, string> settings = report.Settings.SetItem("model", choices.Model).SetItem("data", choices.Data)
            .SetItem("spacing", steps == timesteps ? "all" : choices.Spacing).SetItem("decoder", choices.ExactDecoder ? "exact" : "discretized").SetItem("seed", choices.Seed.ToString(CultureInfo.InvariantCulture));
        if (train is not null) settings = settings.SetItem("train", choices.Train!).SetItem("train-examples", train.Examples.ToString(CultureInfo.InvariantCulture));
        if (choices.Plot is not null)
        {
            ranks.OnFirstRank(() => RateDistortionPlot.SavePng(choices.Plot, test.RateDistortion));
            screen.Line($"The rate–distortion curve is in {choices.Plot}");
        }

        ImmutableArray<Metric> metrics = train is null ? report.Metrics : [.. report.Metrics, .. EvaluationReport.Of("", train).Metrics.Select(metric => metric with { Name = metric.Name + "_train" })];
        Measurement.Show(screen, report with { Settings = settings, Metrics = metrics });
        return true;
    }

    private BoundReport Evaluate(UNet network, ReverseDiffusion process, Device device, string path, string part, CancellationToken stop)
    {
        // What a network of one channel can see of a picture are its shades of gray.
        IDataset data = ImageData.Open(path, choices.Size, choices.Grayscale || (network.Options.InChannels == 1 && Directory.Exists(path)));
        using var owned = data as IDisposable;
        long[] shape = [network.Options.InChannels, network.Options.Height, network.Options.Width];
        if (!data.Shape.SequenceEqual(shape)) throw new UsageException($"{path} has images [{string.Join(", ", data.Shape)}], but {choices.Model} is a model of [{string.Join(", ", shape)}]{(Directory.Exists(path) ? $"; --size {shape[1]} brings them to its size" : "")}.");
        IDataset chosen = choices.Count is { } count ? SubsetDataset.EvenlySpread(data, count) : data;
        var bound = new VariationalBound(network, process, new BoundOptions { Draws = choices.Draws, Decoder = choices.ExactDecoder ? Decoder.DiscretizedExact : Decoder.Discretized, Device = device });
        var options = new DatasetBoundOptions { BatchSize = choices.BatchSize, Seed = choices.Seed, ProgressFile = choices.Progress is { } file ? file + part : null, NetworkIdentity = FolderDigest.Of(choices.Model) };
        return screen.Track($"Bound over {chosen.Count.ToString("N0", CultureInfo.InvariantCulture)} images", bar => DatasetBound.Evaluate(bound, chosen, options, bar, ranks, stop));
    }
}
