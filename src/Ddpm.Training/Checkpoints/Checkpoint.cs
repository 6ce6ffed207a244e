using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// A checkpoint as a folder: network.safetensors, average-0.safetensors and so on, optimizer.safetensors and checkpoint.json; and model/
/// with the configurations of network and process where they can be a <see cref="ModelFolder"/>.
/// </summary>
public static class Checkpoint
{
    private const string Network = "network.safetensors", Optimizer = "optimizer.safetensors", Index = "checkpoint.json", Model = "model";
    private const string First = "first/", Second = "second/", StepCounts = "steps", TimestepState = "timestep_sampler";
    private const int Format = 2;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>
    /// Makes a model folder of a checkpoint, without the program that trained it: one of its moving averages, with the process.
    /// </summary>
    /// <param name="checkpoint">The checkpoint's folder.</param>
    /// <param name="modelFolder">The model folder; see <see cref="ModelFolder.Save"/>.</param>
    /// <param name="average">Which of <see cref="TrainingOptions.Averages"/>. Range: ≥ 0.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such checkpoint.</exception>
    /// <exception cref="NotSupportedException">
    /// The network is no <see cref="UNet"/>, or the folder has no words for the process.
    /// </exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or has no such average; the message says which.</exception>
    public static void Export(string checkpoint, string modelFolder, int average = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(checkpoint);
        ArgumentException.ThrowIfNullOrEmpty(modelFolder);
        ArgumentOutOfRangeException.ThrowIfNegative(average);
        if (!Directory.Exists(checkpoint)) throw new DirectoryNotFoundException($"The checkpoint {checkpoint} does not exist.");
        long averages = Number(ReadIndex(checkpoint), "averages", checkpoint);
        if (average >= averages) throw new InvalidDataException($"{checkpoint} has the averages 0 … {averages - 1}, but not {average}.");
        string model = Path.Combine(checkpoint, Model);
        if (!Directory.Exists(model))
        {
            throw new NotSupportedException(
                $"{checkpoint} cannot become a model folder: its network is no {nameof(UNet)}, or its process has no words in such a " +
                "folder.");
        }

        (UNetOptions options, ReverseDiffusion process) = ModelFolder.LoadConfiguration(model);
        using var network = new UNet(options);
        try
        {
            using SafetensorsFile weights = Open(checkpoint, Average(average));
            var targets = network.named_parameters().Select(pair => (File: weights, Name: pair.name, Target: (Tensor)pair.parameter))
                .ToList();
            CheckTensors(checkpoint, targets);
            Copy(targets);
        }
        catch (Exception exception) when (exception is SafetensorsException or FileNotFoundException)
        {
            throw new InvalidDataException($"{checkpoint} is damaged: {exception.Message}", exception);
        }

        ModelFolder.Save(modelFolder, network, process);
    }

    /// <summary>Writes a folder under another name beside it, and renames it when it is whole.</summary>
    internal static void Write(string folder, TrainingState state)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string full = Path.GetFullPath(folder);
        string parent = Path.GetDirectoryName(full) ??
            throw new ArgumentException($"folder must name a folder, but is {folder}.", nameof(folder));
        if (Directory.Exists(full) || File.Exists(full)) throw new IOException($"{full} exists already.");
        Directory.CreateDirectory(parent);
        string temporary = Path.Combine(parent, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        Directory.CreateDirectory(temporary);
        try
        {
            using var scope = NewDisposeScope();
            SafetensorsWriter.Write(Path.Combine(temporary, Network), state.Module.state_dict());
            for (int k = 0; k < state.Averages.Count; k++)
            {
                IReadOnlyList<Tensor> values = state.Averages[k].Averages;
                SafetensorsWriter.Write(
                    Path.Combine(temporary, Average(k)), state.Names.Select((name, i) => KeyValuePair.Create(name, values[i])));
            }

            WriteModel(Path.Combine(temporary, Model), state);
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
    internal static (long Steps, string? Batches) Read(string folder, TrainingState state)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The checkpoint {folder} does not exist.");
        JsonObject index = ReadIndex(folder);
        CheckSettings(folder, index, state.Settings);
        long steps = Number(index, "steps", folder), updates = Number(index, "average_updates", folder);
        var averages = new List<SafetensorsFile>();
        try
        {
            using SafetensorsFile network = Open(folder, Network), optimizer = Open(folder, Optimizer);
            for (int k = 0; k < state.Averages.Count; k++) averages.Add(Open(folder, Average(k)));
            var targets = new List<(SafetensorsFile File, string Name, Tensor Target)>();
            foreach ((string name, Tensor target) in state.Module.state_dict()) targets.Add((network, name, target));
            for (int i = 0; i < state.Names.Length; i++)
            {
                for (int k = 0; k < averages.Count; k++) targets.Add((averages[k], state.Names[i], state.Averages[k].Averages[i]));
                targets.Add((optimizer, First + state.Names[i], state.Optimizer.FirstMoments[i]));
                targets.Add((optimizer, Second + state.Names[i], state.Optimizer.SecondMoments[i]));
            }

            CheckTensors(folder, targets);
            using Tensor counts = optimizer.Read(StepCounts), sampler = optimizer.Read(TimestepState);
            if (counts.numel() != state.Names.Length)
            {
                throw new InvalidDataException(
                    $"{folder}: {Optimizer} counts steps of {counts.numel()} parameters, but the network has {state.Names.Length}.");
            }

            state.Timesteps.Restore(sampler.data<double>().ToArray());

            // Nothing above has changed the network; nothing below fails, for the files were opened and every tensor fits.
            Copy(targets);
            counts.data<long>().ToArray().CopyTo(state.Optimizer.Steps, 0);
            foreach (ExponentialMovingAverage average in state.Averages) average.Updates = updates;
        }
        catch (Exception exception) when (
            exception is SafetensorsException or FileNotFoundException or KeyNotFoundException or ArgumentException)
        {
            throw new InvalidDataException($"{folder} is damaged: {exception.Message}", exception);
        }
        finally
        {
            foreach (SafetensorsFile average in averages) average.Dispose();
        }

        return (steps, (string?)index["batches"]);
    }

    private static string Average(int number) => FormattableString.Invariant($"average-{number}.safetensors");

    // For Export. What a model folder has no words for can be trained and resumed all the same.
    private static void WriteModel(string folder, TrainingState state)
    {
        if (state.Module is not UNet network) return;
        try
        {
            ModelFolder.SaveConfiguration(folder, network.Options, state.Process);
        }
        catch (NotSupportedException)
        {
        }
    }

    private static void Copy(List<(SafetensorsFile File, string Name, Tensor Target)> targets)
    {
        using var noGradient = no_grad();
        foreach ((SafetensorsFile file, string name, Tensor target) in targets)
        {
            using Tensor source = file.Read(name);
            target.copy_(source);
        }
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
        ["format"] = Format,
        ["steps"] = state.StepsDone,
        ["averages"] = state.Averages.Count,
        ["average_updates"] = state.Averages[0].Updates,
        ["batches"] = state.Batches,
        ["settings"] = new JsonObject(
            state.Settings.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value)))),
    };

    private static JsonObject ReadIndex(string folder)
    {
        string path = Path.Combine(folder, Index);
        if (!File.Exists(path)) throw new InvalidDataException($"{folder} is no checkpoint: it has no {Index}.");
        try
        {
            JsonObject index = JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new InvalidDataException(
                $"{path} must hold a JSON object.");
            return Number(index, "format", folder) == Format ? index : throw new InvalidDataException(
                $"{path} is of format {index["format"]}, but only {Format} is known.");
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
        if (differences.Length > 0)
        {
            throw new InvalidDataException(
                $"{folder} was trained with other settings, under which the run cannot go on as it began. " +
                $"{string.Join("; ", differences)}.");
        }
    }

    private static void CheckTensors(string folder, List<(SafetensorsFile File, string Name, Tensor Target)> targets)
    {
        foreach ((SafetensorsFile file, string name, Tensor target) in targets)
        {
            SafetensorsEntry entry = file.Entries.FirstOrDefault(candidate => candidate.Name == name) ?? throw new InvalidDataException(
                $"{folder} is of another network: it has no {name}.");
            if (entry.ElementType != target.dtype || !entry.Shape.AsSpan().SequenceEqual(target.shape))
            {
                throw new InvalidDataException(
                    $"{folder} is of another network: {name} is {entry.ElementType} [{string.Join(", ", entry.Shape)}] there, " +
                    $"{target.dtype} [{string.Join(", ", target.shape)}] here.");
            }
        }
    }

    private static SafetensorsFile Open(string folder, string file) => SafetensorsFile.Open(Path.Combine(folder, file));

    private static long Number(JsonObject json, string field, string folder) =>
        json[field] is JsonValue value && value.TryGetValue(out long number) && number >= 0 ? number : throw new InvalidDataException(
            $"{folder}: {Index} must have {field} as a whole number at least 0, but has {json[field]?.ToJsonString() ?? "none"}.");
}
