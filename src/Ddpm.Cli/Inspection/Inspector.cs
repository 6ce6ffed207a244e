using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Ddpm.Cli.Sampling;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Models;

namespace Ddpm.Cli.Inspection;

/// <summary>What is in a folder or file, as JSON.</summary>
internal static class Inspector
{
    private const string CheckpointIndex = "checkpoint.json", Checkpoints = "checkpoints", Model = "model", Extension = ".safetensors";
    private const int LargestManifest = 16 << 20;

    public static JsonObject Of(ModelSource source)
    {
        string path = source.Folder;
        if (File.Exists(path))
        {
            return new JsonObject
            {
                ["kind"] = "tensors",
                ["files"] = new JsonArray(FileOf(path, Path.GetFileName(path))),
                ["tensors"] = Tensors(path),
            };
        }

        if (!Directory.Exists(path)) throw new DirectoryNotFoundException($"There is no folder and no file {path}.");
        if (File.Exists(Path.Combine(path, CheckpointIndex))) return Checkpoint(path);
        return Directory.Exists(Path.Combine(path, Checkpoints)) ? Run(source) : ModelOf(source);
    }

    private static JsonObject ModelOf(ModelSource source)
    {
        string path = source.Folder;
        // What does not fit is to be seen, not to end the inspection; a network alone has no process.
        bool alone = !File.Exists(Path.Combine(path, "scheduler", "scheduler_config.json"))
            && !File.Exists(Path.Combine(path, "scheduler_config.json"));
        ImmutableArray<string> prefixes = source.Prefixes();
        string? prefix = source.WeightPrefix ?? prefixes.FirstOrDefault();
        using TrainedModel model = ModelFolder.Load(
            path,
            new LoadOptions { Strict = false, Process = alone ? StandIn(path) : null, WeightPrefix = prefix });
        LoadReport report = model.Report;
        return new JsonObject
        {
            ["kind"] = alone ? "network alone" : "model",
            ["process"] = alone ? null : Description.Of(model.Process),
            ["network"] = Description.Of(model.Network.Options),
            ["files"] = Files(path),
            ["load"] = new JsonObject
            {
                ["complete"] = report.IsComplete,
                ["weight_prefix"] = prefix,
                ["weight_prefixes"] = Texts(prefixes),
                ["left_out"] = report.LeftOut.Length,
                ["missing"] = Texts(report.Missing),
                ["unexpected"] = Texts(report.Unexpected),
                ["mismatched"] = Texts(report.Mismatched),
                ["renamed"] = report.Renamed,
                ["widened"] = report.Widened,
                ["ignored_fields"] = Texts(report.IgnoredFields),
                ["configuration_changed"] = report.ConfigurationChanged,
            },
        };
    }

    private static JsonObject Checkpoint(string path)
    {
        ConfigurationReader index = ConfigurationReader.Open(Path.Combine(path, CheckpointIndex), LargestManifest);
        ConfigurationReader settings = index.Nested("settings");
        (JsonObject? network, JsonObject? process) = Configuration(Path.Combine(path, Model));
        return new JsonObject
        {
            ["kind"] = "checkpoint",
            ["steps"] = index.WholeNumber("steps", 0, long.MaxValue),
            ["averages"] = index.WholeNumber("averages", 1, int.MaxValue),
            ["process"] = process,
            ["network"] = network,
            ["settings"] = new JsonObject(
                settings.Fields.Select(field => KeyValuePair.Create(field, (JsonNode?)JsonValue.Create(settings.Text(field))))),
            ["files"] = Files(path),
        };
    }

    private static JsonObject Run(ModelSource source)
    {
        string path = source.Folder, model = Path.Combine(path, Model);
        return new JsonObject
        {
            ["kind"] = "run",
            ["checkpoints"] = Texts(
                Directory.GetDirectories(Path.Combine(path, Checkpoints), "step-*").Order(StringComparer.Ordinal)
                    .Select(folder => Path.GetRelativePath(path, folder).Replace('\\', '/'))),
            ["model"] = Directory.Exists(model) ? ModelOf(source with { Folder = model }) : null,
        };
    }

    private static (JsonObject? Network, JsonObject? Process) Configuration(string folder)
    {
        if (!Directory.Exists(folder)) return (null, null);
        (UNetOptions network, ReverseDiffusion process) = ModelFolder.LoadConfiguration(folder);
        return (Description.Of(network), Description.Of(process));
    }

    // A process that fits a network of fixed or of learned variance, for nothing is asked of it.
    private static ReverseDiffusion StandIn(string path)
    {
        UNetOptions network = ModelDescription.Read(path).Network;
        bool learned = network.OutChannels == 2 * network.InChannels;
        return new ReverseDiffusion(
            new LinearSchedule(),
            new ReverseDiffusionOptions { Variance = learned ? ReverseVariance.LearnedRange : ReverseVariance.FixedLarge });
    }

    private static JsonArray Files(string folder) =>
        [
            .. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(file => !Path.GetFileName(file).StartsWith('.'))
                .Order(StringComparer.Ordinal).Select(file => FileOf(file, Path.GetRelativePath(folder, file).Replace('\\', '/'))),
        ];

    private static JsonObject FileOf(string file, string name)
    {
        var json = new JsonObject { ["name"] = name, ["bytes"] = new FileInfo(file).Length };
        if (Path.GetExtension(file) != Extension) return json;
        using SafetensorsFile tensors = SafetensorsFile.Open(file);
        json["tensors"] = tensors.Entries.Count;
        json["parameters"] = tensors.Entries.Sum(Elements);
        json["types"] = new JsonObject(
            tensors.Entries.GroupBy(entry => entry.ElementType).OrderBy(group => group.Key)
                .Select(group => KeyValuePair.Create(Description.Type(group.Key), (JsonNode?)JsonValue.Create(group.Count()))));
        return json;
    }

    private static JsonObject Tensors(string file)
    {
        using SafetensorsFile tensors = SafetensorsFile.Open(file);
        return new JsonObject(
            tensors.Entries.Select(entry =>
                KeyValuePair.Create(
                    entry.Name,
                    (JsonNode?)JsonValue.Create($"{Description.Type(entry.ElementType)} [{string.Join(", ", entry.Shape)}]"))));
    }

    private static long Elements(SafetensorsEntry entry) => entry.Shape.Aggregate(1L, (product, size) => product * size);

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];
}
