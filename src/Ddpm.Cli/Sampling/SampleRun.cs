using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Inference;

namespace Ddpm.Cli.Sampling;

/// <summary>Draws samples from a model folder into a folder of pictures.</summary>
/// <param name="options">What the command line says.</param>
/// <param name="screen">Receives messages and the result.</param>
/// <param name="ranks">The processes that draw.</param>
/// <param name="open">Opens the engine that draws a plan.</param>
internal sealed class SampleRun(SampleOptions options, Screen screen, ICommunicator ranks, Func<SamplePlan, ISampleEngine> open)
{
    private const int DefaultCount = 16;

    public bool Execute(CancellationToken stop)
    {
        if (options.SaveTensors && ranks.WorldSize > 1)
        {
            throw new UsageException($"--save-tensors writes one file, which one process draws, but there are {ranks.WorldSize}.");
        }

        var plan = new SamplePlan(options.Model, options.Sampling);
        using ISampleEngine engine = open(plan);
        if (plan.ConfigurationChanged)
        {
            screen.Warn($"{options.Model}: the configurations are not those that the weights were written with.");
        }

        StartTensor? all = options.Start is null ? null : StartTensor.Read(options.Start, plan.Shape);
        if (options.First >= all?.Count)
        {
            throw new UsageException($"--first must be below {all.Count}, the x_T that --start has, but is {options.First}.");
        }

        int rows = plan.Conditions.Count > 0 ? plan.Conditions.Count : DefaultCount;
        int count = options.Count ?? (all is null ? rows : all.Count - options.First);
        plan.Conditions.RequireRoom(count);
        ReadOnlyMemory<float>? start = all?.Rows(options.First, count);
        IReadOnlyDictionary<string, string> settings = all is null
            ? plan.Settings
            : new Dictionary<string, string>(plan.Settings) { ["start"] = all.Digest };
        // The first process makes the folder, and the others find it.
        ranks.OnFirstRank(() => SampleFolder.RequireFit(options.Output, settings));
        ranks.OnFirstRank(() => OutputPath.RequireFolder("--out", options.Output));
        using var taken = RunLock.OfFolder(options.Output, ranks);
        ranks.OnFirstRank(() => SampleFolder.Open(options.Output, settings));
        SampleFolder folder = SampleFolder.At(options.Output);

        // Noise of one stream, and tensors in one file, are drawn from the first to the last or not at all.
        HashSet<long> finished = options.Sampling.Noise == "stream" || options.SaveTensors ? [] : folder.Finished(options.First, count);
        screen.Line(
            $"{options.Model}: {Amount.Of(count - finished.Count, "sample")} [{string.Join(", ", plan.Shape)}], "
                + $"{plan.Method}, "
                + Amount.Of(plan.Steps, "step")
                + (finished.Count > 0 ? $"; {finished.Count:N0} {(finished.Count == 1 ? "is" : "are")} there already" : ""));
        if (plan.NamedSampler is { } named)
        {
            screen.Line($"{options.Model} names {named}: its process is taken, and {plan.Method} draws (--sampler chooses)");
        }

        if (plan.Grain is not null && finished.Count < count) screen.Warn($"{options.Model}: {plan.Grain}");
        long begun = Stopwatch.GetTimestamp();
        // No process writes before all have looked for finished samples.
        ranks.Barrier();
        var request = new DrawRequest(options.First, count) { Skip = finished, Start = start };
        if (finished.Count < count) screen.Track("Sampling", bar => Draw(plan, engine, folder, request, bar, stop));
        ranks.Barrier();
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        string? grid = options.Grid == 0 ? null : folder.Grid;
        if (grid is not null) ranks.OnFirstRank(() => WriteGrid(folder, count, plan));
        string inGrid = grid is null ? "" : $", the first of them in {grid}";
        string inTensors = options.SaveTensors ? $", the tensors in {folder.Tensors}" : "";
        screen.Line($"{Amount.Of(count, "picture is", "pictures are")} in {folder.Images}{inGrid}{inTensors}");
        screen.Json(new JsonObject
        {
            ["model"] = options.Model,
            ["scheduler"] = plan.Description.Scheduler,
            ["images"] = folder.Images,
            ["grid"] = grid,
            ["tensors"] = options.SaveTensors ? folder.Tensors : null,
            ["first"] = options.First,
            ["count"] = count,
            ["drawn"] = count - finished.Count,
            ["seconds"] = Math.Round(seconds, 3),
            ["settings"] = SettingsJson.Of(plan.Settings),
        });
        return true;
    }

    private bool Draw(
        SamplePlan plan, ISampleEngine engine, SampleFolder folder, DrawRequest request, ProgressBar bar, CancellationToken stop)
    {
        SampleTensors? tensors = options.SaveTensors ? new SampleTensors(plan.Shape, request.Count) : null;
        bool noise = tensors is not null && request.Start is null;
        foreach (DrawnBatch batch in engine.Batches(request with { KeepsNoise = noise }, bar, stop))
        {
            for (int k = 0; k < batch.Indices.Length; k++)
            {
                ReadOnlyMemory<float> sample = Row(batch.Samples, k);
                ImageFile.SavePng(folder.Image(batch.Indices[k]), Picture(sample.Span));
                if (tensors is null) continue;
                int row = (int)(batch.Indices[k] - request.First);
                tensors.Put(row, request.Start is { } start ? Row(start, row) : Row(batch.Noise, k), sample);
            }
        }

        tensors?.Write(folder.Tensors);
        return true;

        ReadOnlyMemory<float> Row(ReadOnlyMemory<float> rows, int row) => rows.Slice(row * plan.Elements, plan.Elements);

        DecodedImage Picture(ReadOnlySpan<float> sample)
        {
            var pixels = new byte[sample.Length];
            PixelBytes.FromValues(sample, pixels, truncate: plan.Options.Rounding == "truncate");
            return new DecodedImage(plan.Shape[0], plan.Shape[1], plan.Shape[2], pixels);
        }
    }

    private void WriteGrid(SampleFolder folder, int count, SamplePlan plan)
    {
        var load = new ImageLoadOptions { Grayscale = plan.Shape[0] == 1 };
        IEnumerable<int> first = Enumerable.Range(options.First, Math.Min(count, options.Grid));
        DecodedImage[] images = [.. first.Select(index => ImageFile.Decode(folder.Image(index), load))];
        ClassNames? names = plan.Description.Network.ClassNames;
        string[] titles = [.. plan.Labels.Select(label => names?[(int)label] ?? label.ToString(CultureInfo.InvariantCulture))];
        ClassGrid.Save(folder.Grid, images, titles, options.First);
    }
}
