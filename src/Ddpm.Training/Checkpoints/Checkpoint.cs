using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Stores a checkpoint as a folder: network.safetensors, average-0.safetensors and so on, optimizer.safetensors, the state of hooks if they
/// have one, and checkpoint.json with the digest of every file; and model/ with the configurations of network and process if they fit a
/// <see cref="ModelFolder"/>.
/// </summary>
public static class Checkpoint
{
    /// <summary>
    /// Exports one moving average of a checkpoint with the process as a model folder, without the program that trained it.
    /// </summary>
    /// <param name="checkpoint">The checkpoint's folder.</param>
    /// <param name="modelFolder">The model folder, as for <see cref="ModelFolder.Save"/>.</param>
    /// <param name="average">The index of the average in <see cref="TrainingOptions.Averages"/>. Range: ≥ 0.</param>
    /// <exception cref="DirectoryNotFoundException">The checkpoint does not exist.</exception>
    /// <exception cref="NotSupportedException">
    /// The network is not a <see cref="UNet"/>, or the folder cannot describe the process.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// The checkpoint is damaged or changed; the message says which.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The checkpoint has no such average.</exception>
    public static void Export(string checkpoint, string modelFolder, int average = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelFolder);
        using TrainedModel model = LoadModel(checkpoint, average);
        ModelFolder.Save(modelFolder, model.Network, model.Process);
    }

    /// <summary>Reads one moving average of a checkpoint with its process, without the program that trained it.</summary>
    /// <param name="checkpoint">The checkpoint's folder.</param>
    /// <param name="average">The index of the average in <see cref="TrainingOptions.Averages"/>. Range: ≥ 0.</param>
    /// <returns>The network, in evaluation mode, and its process; the caller disposes them.</returns>
    /// <exception cref="DirectoryNotFoundException">The checkpoint does not exist.</exception>
    /// <exception cref="NotSupportedException">
    /// The network is not a <see cref="UNet"/>, or a model folder cannot describe the process.
    /// </exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged or changed; the message says which.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The checkpoint has no such average.</exception>
    public static TrainedModel LoadModel(string checkpoint, int average = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(checkpoint);
        ArgumentOutOfRangeException.ThrowIfNegative(average);
        TorchRuntime.EnsureLoaded();
        CheckpointManifest manifest = CheckpointManifest.Read(checkpoint);
        if (average >= manifest.Averages)
        {
            throw new ArgumentOutOfRangeException(nameof(average),
                $"{checkpoint} has the averages 0 … {manifest.Averages - 1}, but not {average}.");
        }

        string weights = CheckpointFiles.Average(average);
        (UNetOptions options, ReverseDiffusion process) = Configuration(checkpoint, manifest);
        manifest.Verify(checkpoint, [weights]);
        var network = new UNet(options);
        try
        {
            using var scope = NewDisposeScope();
            var staged = new List<(Tensor Source, Tensor Target)>();
            IEnumerable<(string, Tensor)> targets = network.named_parameters().Select(pair => (pair.name, (Tensor)pair.parameter));
            CheckpointReader.StageAll(checkpoint, weights, targets, staged);
            CheckpointReader.Copy(staged);
            network.eval();
            return new TrainedModel(network, process);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Reads the shape of a checkpoint's network, and its process.</summary>
    /// <param name="checkpoint">The checkpoint's folder.</param>
    /// <returns>The shape and the process.</returns>
    /// <exception cref="DirectoryNotFoundException">The checkpoint does not exist.</exception>
    /// <exception cref="NotSupportedException">
    /// The network is not a <see cref="UNet"/>, or a model folder cannot describe the process.
    /// </exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged or changed; the message says which.</exception>
    public static (UNetOptions Network, ReverseDiffusion Process) LoadConfiguration(string checkpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(checkpoint);
        return Configuration(checkpoint, CheckpointManifest.Read(checkpoint));
    }

    private static (UNetOptions Network, ReverseDiffusion Process) Configuration(string checkpoint, CheckpointManifest manifest)
    {
        const string model = $"{CheckpointFiles.Model}/";
        string[] files = [.. manifest.Files.Keys.Where(name => name.StartsWith(model, StringComparison.Ordinal))];
        if (files.Length == 0)
        {
            throw new NotSupportedException(
                $"{checkpoint} cannot become a model folder: its network is no {nameof(UNet)}, or its process has no words there.");
        }

        manifest.Verify(checkpoint, files);
        return ModelFolder.LoadConfiguration(Path.Combine(checkpoint, CheckpointFiles.Model));
    }
}
