using System.Globalization;
using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// Writes checkpoints to a folder, step-000001000 and so on, at fixed intervals of steps. Each is whole from the moment it appears, and the
/// oldest are removed. Killing the process loses only the work since the last checkpoint. With several ranks, the first writes and reads,
/// so that the folder need not be shared; each call is collective. A run locks the folder, see <see cref="RunLock"/>; reading needs no
/// lock.
/// </summary>
public sealed class CheckpointStore : ICheckpointHook, IPeriodicHook, IExclusiveHook
{
    private const string Prefix = "step-", LockName = "checkpoints";
    private long startedAt;
    private bool held;

    /// <summary>Creates a store in a folder.</summary>
    /// <param name="folder">The folder; created with the first checkpoint.</param>
    /// <param name="every">How many steps lie between two checkpoints. Range: ≥ 1.</param>
    /// <param name="keepLast">How many of the newest checkpoints are kept. Range: ≥ 1.</param>
    /// <param name="keepEvery">The interval of steps at which checkpoints are kept permanently; null: none. Range: ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public CheckpointStore(string folder, int every = 1000, int keepLast = 3, long? keepEvery = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(keepLast, 1);
        if (keepEvery < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(keepEvery), keepEvery, $"keepEvery must be at least 1, or null, but is {keepEvery}.");
        }

        Folder = folder;
        Every = every;
        KeepLast = keepLast;
        KeepEvery = keepEvery;
    }

    /// <summary>Gets the folder.</summary>
    public string Folder { get; }

    /// <summary>Gets how many steps lie between two checkpoints.</summary>
    public int Every { get; }

    /// <summary>Gets how many of the newest checkpoints are kept.</summary>
    public int KeepLast { get; }

    /// <summary>Gets the interval of steps at which checkpoints are kept permanently.</summary>
    public long? KeepEvery { get; }

    /// <summary>Gets the checkpoints in the folder by step, the oldest first.</summary>
    public IReadOnlyList<(long Step, string Folder)> All => !Directory.Exists(Folder)
        ? []
        : [.. Directory.GetDirectories(Folder, Prefix + "*").Select(path => (Step: StepOf(path), Path: path))
            .Where(entry => entry.Step is not null).OrderBy(entry => entry.Step).Select(entry => (entry.Step!.Value, entry.Path))];

    /// <summary>Removes what a killed process left behind while it wrote or removed a checkpoint.</summary>
    /// <param name="trainer">The trainer.</param>
    public void RunStarting(Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        startedAt = trainer.StepsDone;
        trainer.Communicator.OnFirstRank(RemoveUnfinished);
    }

    /// <inheritdoc/>
    public void StepDone(Trainer trainer, TrainingProgress progress)
    {
        if (progress.IsEvery(Every)) Save(trainer);
    }

    /// <summary>Writes a checkpoint of the end of the run, if a step was done.</summary>
    /// <param name="trainer">The trainer.</param>
    public void RunEnded(Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        if (trainer.StepsDone != startedAt) Save(trainer);
    }

    /// <summary>
    /// Writes a checkpoint of the current state of a trainer, and removes old ones. It does nothing if the step has a checkpoint already.
    /// </summary>
    /// <param name="trainer">The trainer.</param>
    /// <returns>The checkpoint's folder.</returns>
    /// <exception cref="IOException">
    /// The checkpoint cannot be written, or another run has the folder; earlier checkpoints are whole.
    /// </exception>
    public string Save(Trainer trainer)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        using IDisposable? taken = held ? null : Take(trainer.Communicator);
        string path = Path.Combine(Folder, Prefix + trainer.StepsDone.ToString("D9", CultureInfo.InvariantCulture));
        TrainingState state = trainer.StateToSave();
        trainer.Communicator.OnFirstRank(() =>
        {
            if (!Directory.Exists(path)) CheckpointWriter.Write(path, state);
            RemoveOld();
        });
        return path;
    }

    /// <summary>Restores the newest checkpoint, if there is one.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <returns>Whether a checkpoint was found.</returns>
    /// <exception cref="InvalidDataException">The checkpoint is damaged or belongs to another run; the trainer is unchanged.</exception>
    public bool RestoreLatest(Trainer trainer) => RestoreLatest(trainer, replan: false);

    /// <summary>Restores the newest checkpoint, if there is one; the run may go on with another decay of the learning rate.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="replan">Whether the decay may differ, see <see cref="Trainer.RestoreCheckpoint(string, bool)"/>.</param>
    /// <returns>Whether a checkpoint was found.</returns>
    /// <exception cref="InvalidDataException">
    /// The checkpoint is damaged, belongs to another run, or cannot be re-planned; the trainer is unchanged.
    /// </exception>
    public bool RestoreLatest(Trainer trainer, bool replan)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        // Rank 0 decides: on other machines the folder may be another.
        string latest = trainer.Communicator.AllGather(All is [.., (_, string newest)] ? newest : "")[0];
        if (latest.Length == 0) return false;
        trainer.RestoreCheckpoint(latest, replan);
        return true;
    }

    /// <inheritdoc/>
    IDisposable IExclusiveHook.Take(ICommunicator ranks) => Take(ranks);

    private Holding Take(ICommunicator ranks)
    {
        var taken = new Holding(this, RunLock.OfFolder(Folder, ranks, LockName));
        held = true;
        return taken;
    }

    private void RemoveUnfinished()
    {
        DurableFolder.RemoveLeftovers(Folder, $"{Prefix}*");
        RemoveOld();
    }

    private void RemoveOld()
    {
        IReadOnlyList<(long Step, string Folder)> all = All;
        foreach ((long step, string folder) in all.Take(Math.Max(0, all.Count - KeepLast)))
        {
            if (KeepEvery is { } every && step % every == 0) continue;
            DurableFolder.Remove(folder);
        }
    }

    private static long? StepOf(string path)
    {
        string number = Path.GetFileName(path)[Prefix.Length..];
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long step) ? step : null;
    }

    private sealed class Holding(CheckpointStore store, RunLock taken) : IDisposable
    {
        public void Dispose()
        {
            store.held = false;
            taken.Dispose();
        }
    }
}
