using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>A checkpoint as a folder: network.safetensors, average.safetensors, optimizer.safetensors and checkpoint.json.</summary>
internal static class Checkpoint
{
    private const string Network = "network.safetensors", Average = "average.safetensors", Optimizer = "optimizer.safetensors", Index = "checkpoint.json";
    private const string First = "first/", Second = "second/", StepCounts = "steps", TimestepState = "timestep_sampler";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes a folder under another name beside it, and renames it when it is whole.</summary>
    public static void Write(string folder, TrainingState state)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string full = Path.GetFullPath(folder), parent = Path.GetDirectoryName(full) ?? throw new ArgumentException($"folder must name a folder, but is {folder}.", nameof(folder));
        if (Directory.Exists(full) || File.Exists(full)) throw new IOException($"{full} exists already.");
        Directory.CreateDirectory(parent);
        string temporary = Path.Combine(parent, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        Directory.CreateDirectory(temporary);
        try
        {
            using var scope = NewDisposeScope();
            SafetensorsWriter.Write(Path.Combine(temporary, Network), state.Module.state_dict());
            SafetensorsWriter.Write(Path.Combine(temporary, Average), state.Names.Select((name, i) => KeyValuePair.Create(name, state.Ema.Averages[i])));
            SafetensorsWriter.Write(Path.Combine(temporary, Optimizer), OptimizerTensors(state));
            AtomicFile.Write(Path.Combine(temporary, Index), stream => JsonSerializer.Serialize(stream, Describe(state), Indented));
            Directory.Move(temporary, full);
        }
        catch
        {
            Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    /// <summary>Checks everything first, then reads: a trainer is changed wholly or not at all.</summary>
    public static (long Steps, long Updates, string? Batches) Read(string folder, TrainingState state)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The checkpoint {folder} does not exist.");
        JsonObject index = ReadIndex(folder);
        CheckSettings(folder, index, state.Settings);
        long steps = Number(index, "steps", folder), updates = Number(index, "average_updates", folder);
        try
        {
            using SafetensorsFile network = Open(folder, Network), average = Open(folder, Average), optimizer = Open(folder, Optimizer);
            var targets = new List<(SafetensorsFile File, string Name, Tensor Target)>();
            foreach ((string name, Tensor target) in state.Module.state_dict()) targets.Add((network, name, target));
            for (int i = 0; i < state.Names.Length; i++)
            {
                targets.Add((average, state.Names[i], state.Ema.Averages[i]));
                targets.Add((optimizer, First + state.Names[i], state.Optimizer.FirstMoments[i]));
                targets.Add((optimizer, Second + state.Names[i], state.Optimizer.SecondMoments[i]));
            }

            CheckTensors(folder, targets);
            using Tensor counts = optimizer.Read(StepCounts), sampler = optimizer.Read(TimestepState);
            if (counts.numel() != state.Names.Length) throw new InvalidDataException($"{folder}: {Optimizer} counts steps of {counts.numel()} parameters, but the network has {state.Names.Length}.");
            state.Timesteps.Restore(sampler.data<double>().ToArray());

            // Nothing above has changed the network; nothing below fails, for the files were opened and every tensor fits.
            using var noGradient = no_grad();
            foreach ((SafetensorsFile file, string name, Tensor target) in targets)
            {
                using Tensor source = file.Read(name);
                target.copy_(source);
            }

            counts.data<long>().ToArray().CopyTo(state.Optimizer.Steps, 0);
        }
        catch (Exception exception) when (exception is SafetensorsException or FileNotFoundException or KeyNotFoundException or ArgumentException)
        {
            throw new InvalidDataException($"{folder} is damaged: {exception.Message}", exception);
        }

        return (steps, updates, (string?)index["batches"]);
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> OptimizerTensors(TrainingState state)
    {
        for (int i = 0; i < state.Names.Length; i++)
        {
            yield return KeyValuePair.Create(First + state.Names[i], state.Optimizer.FirstMoments[i]);
            yield return KeyValuePair.Create(Second + state.Names[i], state.Optimizer.SecondMoments[i]);
        }

        yield return KeyValuePair.Create(StepCounts, tensor(state.Optimizer.Steps));
        yield return KeyValuePair.Create(TimestepState, tensor(state.Timesteps.Save()));
    }

    private static JsonObject Describe(TrainingState state) => new()
    {
        ["format"] = 1,
        ["steps"] = state.StepsDone,
        ["average_updates"] = state.Ema.Updates,
        ["batches"] = state.Batches,
        ["settings"] = new JsonObject(state.Settings.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value)))),
    };

    private static JsonObject ReadIndex(string folder)
    {
        string path = Path.Combine(folder, Index);
        if (!File.Exists(path)) throw new InvalidDataException($"{folder} is no checkpoint: it has no {Index}.");
        try
        {
            JsonObject index = JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new InvalidDataException($"{path} must hold a JSON object.");
            return Number(index, "format", folder) == 1 ? index : throw new InvalidDataException($"{path} is of format {index["format"]}, but only 1 is known.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is not valid JSON: {exception.Message}", exception);
        }
    }

    private static void CheckSettings(string folder, JsonObject index, IReadOnlyDictionary<string, string> settings)
    {
        if (index["settings"] is not JsonObject stored) throw new InvalidDataException($"{folder}: {Index} has no settings.");
        string[] differences = [.. settings.Keys.Union(stored.Select(pair => pair.Key)).Order(StringComparer.Ordinal)
            .Select(key => (Key: key, Then: stored[key]?.ToString() ?? "absent", Now: settings.GetValueOrDefault(key, "absent")))
            .Where(entry => entry.Then != entry.Now).Select(entry => $"{entry.Key}: {entry.Then} then, {entry.Now} now")];
        if (differences.Length > 0) throw new InvalidDataException($"{folder} was trained with other settings, under which the run cannot go on as it began. {string.Join("; ", differences)}.");
    }

    private static void CheckTensors(string folder, List<(SafetensorsFile File, string Name, Tensor Target)> targets)
    {
        foreach ((SafetensorsFile file, string name, Tensor target) in targets)
        {
            SafetensorsEntry entry = file.Entries.FirstOrDefault(candidate => candidate.Name == name) ?? throw new InvalidDataException($"{folder} is of another network: it has no {name}.");
            if (entry.ElementType != target.dtype || !entry.Shape.AsSpan().SequenceEqual(target.shape))
            {
                throw new InvalidDataException($"{folder} is of another network: {name} is {entry.ElementType} [{string.Join(", ", entry.Shape)}] there, {target.dtype} [{string.Join(", ", target.shape)}] here.");
            }
        }
    }

    private static SafetensorsFile Open(string folder, string file) => SafetensorsFile.Open(Path.Combine(folder, file));

    private static long Number(JsonObject json, string field, string folder) =>
        json[field] is JsonValue value && value.TryGetValue(out long number) && number >= 0 ? number : throw new InvalidDataException($"{folder}: {Index} must have {field} as a whole number at least 0, but has {json[field]?.ToJsonString() ?? "none"}.");
}
