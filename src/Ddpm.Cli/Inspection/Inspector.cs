using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Ddpm.Cli.ModelFolders;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Models;
using Ddpm.Training;

namespace Ddpm.Cli.Inspection;

/// <summary>What is in a folder or file, as JSON.</summary>
internal static class Inspector
{
    private const string Checkpoints = "checkpoints", Model = "model", Extension = ".safetensors";

    public static JsonObject Of(ModelSource source)
    {
        string path = source.Folder;
        if (File.Exists(path) && Path.GetExtension(path) == ".json") return Configuration(source);
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
        if (File.Exists(Path.Combine(path, CheckpointManifest.FileName))) return Checkpoint(path);
        return Directory.Exists(Path.Combine(path, Checkpoints)) ? Run(source) : ModelOf(source);
    }

    // A network's, or that of a sampler; the first field of both says which.
    private static JsonObject Configuration(ModelSource source)
    {
        string path = source.Folder;
        ConfigurationReader reader = ConfigurationReader.Open(path);
        if (reader.Text(SchedulerClass.Field, "").EndsWith("Scheduler", StringComparison.Ordinal))
        {
            ProcessDescription process = SchedulerConfigurationFile.Read(reader);
            return new JsonObject
            {
                ["kind"] = "configuration of a process",
                ["process"] = Description.Of(process),
                ["scheduler"] = SchedulerClass.Read(reader).Name,
                ["ignored_fields"] = Texts(reader.Unread),
            };
        }

        UNetOptions network = UNetOptions.FromConfiguration(path);
        return new JsonObject
        {
            ["kind"] = "configuration of a network",
            ["process"] = source.Options.Schedule.Process(network) is { } given ? Description.Of(given) : null,
            ["network"] = Description.Of(network),
        };
    }

    private static JsonObject ModelOf(ModelSource source)
    {
        string path = source.Folder;
        ModelDescription description = source.Read();
        UNetOptions network = description.Network;
        bool alone = description.Scheduler is null, known = description.Process is not null;
        if (known) FolderProcess.Require(path, description);
        // Without a process nothing says whether the network learned a variance, but for its outputs.
        bool learned = network.OutChannels == 2 * network.InChannels;
        string variance = description.Process?.Variance ?? (learned ? "learned_range" : "fixed_large");
        FolderProcess.RequireFit(path, network, Description.Variance(variance), SpanVariance.Find(variance).OutputsPerElement);
        ImmutableArray<string> prefixes = source.Prefixes();
        string? prefix = source.WeightPrefix ?? prefixes.FirstOrDefault();
        using ModelWeights weights = source.Open(network, prefix);
        // What does not fit is to be seen, not to end the inspection.
        WeightMatch match = weights.Match(NetworkGraph.Of(new UNetDescription(network)));
        match.RequireProportion(weights.FilePath);
        weights.RequireRange();
        weights.VerifyDigest();
        return new JsonObject
        {
            ["kind"] = alone ? "network alone" : "model",
            ["process"] = description.Process is { } process ? Description.Of(process) : null,
            ["scheduler"] = description.Scheduler,
            ["network"] = Description.Of(network),
            ["files"] = Files(path),
            ["load"] = new JsonObject
            {
                ["complete"] = match.IsComplete,
                ["weights_file"] = Path.GetFileName(weights.FilePath),
                ["weight_prefix"] = prefix,
                ["weight_prefixes"] = Texts(prefixes),
                ["left_out"] = weights.LeftOut.Length,
                ["missing"] = Texts(match.Missing),
                ["unexpected"] = Texts(match.Unexpected),
                ["mismatched"] = Texts(match.Mismatched),
                ["renamed"] = weights.Renamed,
                ["widened"] = match.Fitting.Count(name => weights.Find(name)!.Type is SafetensorsType.F16 or SafetensorsType.BF16),
                ["narrowed"] = match.Fitting.Count(name => weights.Find(name)!.Type == SafetensorsType.F64),
                ["ignored_fields"] = Texts(description.IgnoredFields),
                ["configuration_changed"] = ConfigurationDigest.HasChanged(path, weights.File),
            },
        };
    }

    private static JsonObject Checkpoint(string path)
    {
        CheckpointManifest manifest = CheckpointManifest.Read(path);
        manifest.Verify(path, manifest.Files.Keys);
        (JsonObject? network, JsonObject? process) = Configuration(Path.Combine(path, Model));
        return new JsonObject
        {
            ["kind"] = "checkpoint",
            ["steps"] = manifest.Steps,
            ["averages"] = manifest.Averages,
            ["process"] = process,
            ["network"] = network,
            ["settings"] = SettingsJson.OfProgram(manifest.Settings),
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
        ModelDescription description = ModelDescription.Read(folder);
        FolderProcess.Require(folder, description);
        return (Description.Of(description.Network), Description.Of(description.Process!));
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
        json["parameters"] = tensors.Entries.Sum(entry => entry.Elements);
        json["types"] = new JsonObject(
            tensors.Entries.GroupBy(entry => entry.Type).OrderBy(group => Description.Order(group.Key))
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
                    (JsonNode?)JsonValue.Create($"{Description.Type(entry.Type)} [{string.Join(", ", entry.Shape)}]"))));
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];
}
