using System.Diagnostics;
using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Sampling;

/// <summary>Draws samples from a model folder into a folder of pictures.</summary>
internal sealed class SampleRun(SampleOptions options, Screen screen, ICommunicator ranks)
{
    private const int DefaultCount = 16, LeastGridPixels = 32, MostGridColumns = 16;

    public bool Execute(CancellationToken stop)
    {
        if (options.SaveTensors && ranks.WorldSize > 1)
        {
            throw new UsageException($"--save-tensors writes one file, which one process draws, but there are {ranks.WorldSize}.");
        }

        using var model = new ModelSampler(options.Model, options.Sampling, ranks);
        if (model.ConfigurationChanged)
        {
            screen.Warn($"{options.Model}: the configurations are not those that the weights were written with.");
        }

        using Tensor? all = options.Start is null ? null : StartTensor.Read(options.Start, model.Shape);
        if (options.First >= all?.size(0))
        {
            throw new UsageException($"--first must be below {all.size(0)}, the x_T that --start has, but is {options.First}.");
        }

        int count = options.Count ?? (all is null ? DefaultCount : checked((int)all.size(0)) - options.First);
        using Tensor? start = all is null ? null : StartTensor.Rows(all, options.First, count);
        IReadOnlyDictionary<string, string> settings = all is null
            ? model.Settings
            : new Dictionary<string, string>(model.Settings) { ["start"] = Digest(all) };
        // The first process makes the folder, and the others find it.
        ranks.OnFirstRank(() => SampleFolder.RequireFit(options.Output, settings));
        using var taken = RunLock.OfFolder(options.Output, ranks);
        ranks.OnFirstRank(() => SampleFolder.Open(options.Output, settings));
        SampleFolder folder = SampleFolder.At(options.Output);

        // Noise of one stream, and tensors in one file, are drawn from the first to the last or not at all.
        HashSet<long> finished = options.Sampling.Noise == "stream" || options.SaveTensors ? [] : folder.Finished(options.First, count);
        screen.Line(
            $"{options.Model}: {count - finished.Count:N0} samples [{string.Join(", ", model.Shape)}], {options.Sampling.Sampler}, "
                + $"{model.Steps:N0} steps{(finished.Count > 0 ? $"; {finished.Count:N0} are there already" : "")}");
        long begun = Stopwatch.GetTimestamp();
        // No process writes before all have looked for finished samples.
        ranks.Barrier();
        if (finished.Count < count) screen.Track("Sampling", bar => Draw(model, folder, count, finished, start, bar, stop));
        ranks.Barrier();
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        string? grid = options.Grid == 0 ? null : folder.Grid;
        if (grid is not null) ranks.OnFirstRank(() => WriteGrid(folder, count, model));
        string inGrid = grid is null ? "" : $", the first of them in {grid}";
        string inTensors = options.SaveTensors ? $", the tensors in {folder.Tensors}" : "";
        screen.Line($"{count:N0} pictures are in {folder.Images}{inGrid}{inTensors}");
        screen.Json(new JsonObject
        {
            ["model"] = options.Model,
            ["images"] = folder.Images,
            ["grid"] = grid,
            ["tensors"] = options.SaveTensors ? folder.Tensors : null,
            ["first"] = options.First,
            ["count"] = count,
            ["drawn"] = count - finished.Count,
            ["seconds"] = Math.Round(seconds, 3),
            ["settings"] = new JsonObject(
                model.Settings.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value)))),
        });
        return true;
    }

    private bool Draw(
        ModelSampler model,
        SampleFolder folder,
        int count,
        HashSet<long> finished,
        Tensor? start,
        ProgressBar bar,
        CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        Tensor? drawn = options.SaveTensors ? empty([count, .. model.Shape], float32) : null;
        Tensor? first = drawn is null ? null : start ?? empty_like(drawn);
        Action<NoiseRequest, Tensor>? initial = first is null || start is not null
            ? null
            : (request, noise) => Put(first, request.SampleIndices[0] - options.First, noise);
        foreach (SampleBatch batch in model.Batches(options.First, count, finished, start, initial, bar, stop))
        {
            using (batch)
            using (var inner = NewDisposeScope())
            {
                Tensor bytes = model.ToBytes(batch.Samples).cpu();
                for (int k = 0; k < batch.Indices.Length; k++) ImageFile.SavePng(folder.Image(batch.Indices[k]), bytes[k]);
                if (drawn is not null) Put(drawn, batch.Indices[0] - options.First, batch.Samples);
            }
        }

        if (drawn is not null)
        {
            SafetensorsWriter.Write(folder.Tensors, [KeyValuePair.Create(StartTensor.Name, first!), KeyValuePair.Create("x_0", drawn)]);
        }

        return true;
    }

    // Without samples to skip, batches are of neighbours.
    private static void Put(Tensor table, long row, Tensor batch)
    {
        using Tensor place = table.narrow(0, row, batch.size(0));
        place.copy_(batch);
    }

    private void WriteGrid(SampleFolder folder, int count, ModelSampler model)
    {
        using var scope = NewDisposeScope();
        Tensor images = stack(
            Enumerable.Range(options.First, Math.Min(count, options.Grid))
                .Select(index => ImageFile.Load(folder.Image(index), grayscale: model.Shape[0] == 1)));
        int scale = Math.Max(1, LeastGridPixels / (int)Math.Max(images.size(2), images.size(3)));
        ImageFile.SavePng(
            folder.Grid,
            ImageGrid.Compose(
                images,
                new ImageGridOptions
                {
                    Scale = scale,
                    Columns = model.Labels.Length is > 1 and <= MostGridColumns ? model.Labels.Length : null,
                }));
    }

    private static string Digest(Tensor tensor) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(tensor.bytes))[..16];
}
