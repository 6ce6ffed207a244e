using System.Globalization;
using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Writes the moving averages at fixed intervals of steps; <see cref="PostHocAverage"/> computes an average of any width from them after
/// training: snapshot-000001000-0.safetensors and so on. Train with two <see cref="AverageProfile.Power"/>, of 0.05 and 0.1. With several
/// ranks, the first writes. A run locks the folder, see <see cref="RunLock"/>.
/// </summary>
public sealed class AverageSnapshots : ITrainingHook, IPeriodicHook, IExclusiveHook
{
    private readonly ScalarType type;

    /// <summary>Creates a hook that writes snapshots into a folder.</summary>
    /// <param name="folder">The folder; created with the first snapshot.</param>
    /// <param name="every">How many steps lie between two snapshots; 10 to 100 snapshots in a run are enough. Range: ≥ 1.</param>
    /// <param name="type">The type in which they are stored: float32, float16 (as the paper) or bfloat16.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public AverageSnapshots(string folder, int every, ScalarType type = ScalarType.Float32)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        if (type is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
        {
            throw new ArgumentOutOfRangeException(nameof(type), type, $"type must be Float32, Float16 or BFloat16, but is {type}.");
        }

        Folder = folder;
        Every = every;
        this.type = type;
    }

    /// <summary>Gets the folder.</summary>
    public string Folder { get; }

    /// <summary>Gets how many steps lie between two snapshots.</summary>
    public int Every { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No average of the trainer is a <see cref="AverageProfile.Power"/>.</exception>
    public void RunStarting(Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        if (!trainer.Averages.Any(average => average.Profile is PowerAverage))
        {
            throw new InvalidOperationException(
                $"Snapshots need an average of {nameof(AverageProfile)}.{nameof(AverageProfile.Power)}, but " +
                $"{nameof(TrainingOptions)}.{nameof(TrainingOptions.Averages)} has " +
                $"{string.Join(", ", trainer.Averages.Select(average => average.Profile))}.");
        }

        trainer.Communicator.OnFirstRank(() => DurableFolder.RemoveLeftovers(Folder, "snapshot-*"));
    }

    /// <inheritdoc/>
    public void StepDone(Trainer trainer, TrainingProgress progress)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        if (progress.IsEvery(Every)) trainer.Communicator.OnFirstRank(() => Save(trainer));
    }

    /// <inheritdoc/>
    IDisposable IExclusiveHook.Take(ICommunicator ranks) => RunLock.OfFolder(Folder, ranks, "snapshots");

    private void Save(Trainer trainer)
    {
        DurableFolder.Create(Folder);
        string[] names = [.. trainer.Network.named_parameters().Select(pair => pair.name)];
        for (int k = 0; k < trainer.Averages.Count; k++)
        {
            ExponentialMovingAverage average = trainer.Averages[k];
            if (average.Profile is not PowerAverage profile) continue;
            using var scope = NewDisposeScope();
            var metadata = new Dictionary<string, string>
            {
                [PostHocAverage.StepKey] = average.Updates.ToString(CultureInfo.InvariantCulture),
                [PostHocAverage.WidthKey] = profile.RelativeWidth.ToString("R", CultureInfo.InvariantCulture),
            };
            string file = string.Create(CultureInfo.InvariantCulture, $"snapshot-{average.Updates:D9}-{k}.safetensors");
            SafetensorsWriter.Write(
                Path.Combine(Folder, file), names.Select((name, i) => KeyValuePair.Create(name, average.Averages[i].to(type))), metadata);
        }
    }
}
