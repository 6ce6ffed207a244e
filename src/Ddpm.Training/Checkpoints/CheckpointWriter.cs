using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>Writes a checkpoint: a folder that appears when all its files are on the disk, with their digests.</summary>
internal static class CheckpointWriter
{
    /// <exception cref="IOException">The folder exists or cannot be written; no partial checkpoint remains.</exception>
    public static void Write(string folder, TrainingState state)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string full = Path.GetFullPath(folder);
        string parent = Path.GetDirectoryName(full) ??
            throw new ArgumentException($"folder must name a folder, but is {folder}.", nameof(folder));
        if (Directory.Exists(full) || File.Exists(full)) throw new IOException($"{full} exists already.");
        string temporary = Path.Combine(parent, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        DurableFolder.Create(temporary);
        try
        {
            WriteFiles(temporary, state);
            Manifest(temporary, state).Write(temporary);
            foreach (string inner in Directory.GetDirectories(temporary, "*", SearchOption.AllDirectories)) DurableFolder.Flush(inner);
            DurableFolder.Flush(temporary);
            DurableFolder.Move(temporary, full);
        }
        catch
        {
            DurableFolder.Remove(temporary);
            throw;
        }
    }

    private static void WriteFiles(string folder, TrainingState state)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(Path.Combine(folder, CheckpointFiles.Network), state.Module.state_dict());
        for (int k = 0; k < state.Averages.Count; k++)
        {
            IReadOnlyList<Tensor> values = state.Averages[k].Averages;
            IEnumerable<KeyValuePair<string, Tensor>> named = state.Names.Select((name, i) => KeyValuePair.Create(name, values[i]));
            SafetensorsWriter.Write(Path.Combine(folder, CheckpointFiles.Average(k)), named);
        }

        WriteModel(Path.Combine(folder, CheckpointFiles.Model), state);
        SafetensorsWriter.Write(Path.Combine(folder, CheckpointFiles.Optimizer), OptimizerTensors(state));
        if (state.Hooks.Count > 0) SafetensorsWriter.Write(Path.Combine(folder, CheckpointFiles.Hooks), state.Hooks.Tensors());
    }

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

    private static IEnumerable<KeyValuePair<string, Tensor>> OptimizerTensors(TrainingState state)
    {
        for (int i = 0; i < state.Names.Length; i++)
        {
            yield return KeyValuePair.Create(CheckpointFiles.FirstMoment + state.Names[i], state.Optimizer.FirstMoments[i]);
            yield return KeyValuePair.Create(CheckpointFiles.SecondMoment + state.Names[i], state.Optimizer.SecondMoments[i]);
        }

        yield return KeyValuePair.Create(CheckpointFiles.StepCounts, tensor(state.Optimizer.Steps));
        yield return KeyValuePair.Create(CheckpointFiles.TimestepState, tensor(state.Timesteps.Save()));
    }

    private static CheckpointManifest Manifest(string folder, TrainingState state) => new()
    {
        Steps = state.StepsDone,
        Averages = state.Averages.Count,
        AverageUpdates = state.Averages[0].Updates,
        Batches = state.Batches,
        LearningRate = LearningRateState.Of(state.LearningRate, state.StepsDone),
        Settings = state.Settings,
        Files = CheckpointManifest.DigestsOf(folder),
    };
}
