using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
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
internal sealed class BoundRun(BoundChoices choices, Screen screen)
{
    public void Execute(CancellationToken stop)
    {
        using TrainedModel model = ModelFolder.Load(choices.Model);
        UNet network = model.Network;
        if (network.ClassCount > 0 && !network.HasNullLabel) throw new NotSupportedException($"{choices.Model} must be told a class, but bits/dim are computed without one here.");
        network.to(new Device(choices.Device));
        int timesteps = model.Process.Coefficients.Timesteps, steps = choices.Steps ?? timesteps;
        ReverseDiffusion process = SamplerChoice.Respaced(model.Process, steps, choices.Spacing, choices.Model);
        BoundReport test = Evaluate(network, process, choices.Data, stop);
        BoundReport? train = choices.Train is { } path ? Evaluate(network, process, path, stop) : null;
        EvaluationReport report = EvaluationReport.Of("Variational bound", test);
        ImmutableSortedDictionary<string, string> settings = report.Settings.SetItem("model", choices.Model).SetItem("data", choices.Data)
            .SetItem("spacing", steps == timesteps ? "all" : choices.Spacing).SetItem("decoder", choices.ExactDecoder ? "exact" : "discretized").SetItem("seed", choices.Seed.ToString(CultureInfo.InvariantCulture));
        if (train is not null) settings = settings.SetItem("train", choices.Train!).SetItem("train-examples", train.Examples.ToString(CultureInfo.InvariantCulture));
        if (choices.Plot is not null)
        {
            RateDistortionPlot.SavePng(choices.Plot, test.RateDistortion);
            screen.Line($"The rate–distortion curve is in {choices.Plot}");
        }

        ImmutableArray<Metric> metrics = train is null ? report.Metrics : [.. report.Metrics, .. EvaluationReport.Of("", train).Metrics.Select(metric => metric with { Name = metric.Name + "_train" })];
        Measurement.Show(screen, new EvaluationReport(report.Title, settings, metrics), json => Complete(json, test));
    }

    private BoundReport Evaluate(UNet network, ReverseDiffusion process, string path, CancellationToken stop)
    {
        // What a network of one channel can see of a picture are its shades of gray.
        IDataset data = ImageData.Open(path, choices.Size, choices.Grayscale || (network.Options.InChannels == 1 && Directory.Exists(path)));
        using var owned = data as IDisposable;
        long[] shape = [network.Options.InChannels, network.Options.Height, network.Options.Width];
        if (!data.Shape.SequenceEqual(shape)) throw new UsageException($"{path} has images [{string.Join(", ", data.Shape)}], but {choices.Model} is a model of [{string.Join(", ", shape)}]{(Directory.Exists(path) ? $"; --size {shape[1]} brings them to its size" : "")}.");
        long[] indices = DatasetBatches.Choose(data.Count, choices.Count);
        var bound = new VariationalBound(network, process, new BoundOptions { Draws = choices.Draws, Decoder = choices.ExactDecoder ? Decoder.DiscretizedExact : Decoder.Discretized, Device = new Device(choices.Device) });
        long total = (long)indices.Chunk(choices.BatchSize).Count() * choices.Draws * process.Coefficients.Timesteps;
        return screen.Track($"Bound over {indices.Length.ToString("N0", CultureInfo.InvariantCulture)} images", bar =>
            bound.Evaluate(Read(data, indices, stop), new PerSampleNoise(choices.Seed), new Steps(bar, total), stop));
    }

    private IEnumerable<Tensor> Read(IDataset data, long[] indices, CancellationToken stop)
    {
        foreach (Tensor batch in DatasetBatches.Read(data, indices, choices.BatchSize, choices.Workers, stop))
        {
            using (batch) yield return batch;
        }
    }

    // What a table has no room for.
    private static void Complete(JsonObject json, BoundReport report)
    {
        json["rate_distortion"] = new JsonArray([.. report.RateDistortion.Select(point => (JsonNode)new JsonObject { ["reverse_time"] = point.ReverseTime, ["timestep"] = point.Timestep, ["rate"] = point.Rate.Mean, ["rmse"] = point.Rmse.Mean })]);
        json["terms"] = new JsonArray([.. report.Terms.Select(term => (JsonNode)JsonValue.Create(term.Mean))]);
    }

    private sealed class Steps(ProgressBar bar, long total) : IProgress<BoundProgress>
    {
        public void Report(BoundProgress value) => bar.Report(value with { StepsTotal = total });
    }
}
