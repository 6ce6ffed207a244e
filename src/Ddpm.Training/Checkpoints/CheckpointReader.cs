using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>Restores a checkpoint wholly or not at all: everything is read, converted and checked before a parameter is touched.</summary>
internal static class CheckpointReader
{
    /// <summary>Restores network, averages, optimiser and timestep sampler.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="state">The trainer's state, into which everything is copied.</param>
    /// <param name="replan">Whether the decay of the learning rate may be another: then the rate goes over to it from here on.</param>
    /// <returns>The numbers and texts of the checkpoint.</returns>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, changed, or of another run; nothing has changed.</exception>
    public static RestoredRun Restore(string folder, TrainingState state, bool replan)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        CheckpointManifest manifest = CheckpointManifest.Read(folder);
        CheckSettings(folder, manifest.Settings, state.Settings, replan ? nameof(TrainingOptions.Decay) : null);
        LearningRateTransition? transition = Transition(folder, manifest, state);
        if (manifest.Averages != state.Averages.Count)
        {
            throw new InvalidDataException($"{folder} has {manifest.Averages} averages, but the trainer has {state.Averages.Count}.");
        }

        bool hasHooks = manifest.Files.ContainsKey(CheckpointFiles.Hooks);
        string[] averages = [.. Enumerable.Range(0, manifest.Averages).Select(CheckpointFiles.Average)];
        manifest.Verify(folder, [CheckpointFiles.Network, .. averages, CheckpointFiles.Optimizer]);
        if (hasHooks) manifest.Verify(folder, [CheckpointFiles.Hooks]);
        using var scope = NewDisposeScope();
        try
        {
            var staged = new List<(Tensor Source, Tensor Target)>();
            StageAll(folder, CheckpointFiles.Network, state.Module.state_dict().Select(pair => (pair.Key, pair.Value)), staged);
            for (int k = 0; k < averages.Length; k++) StageAll(folder, averages[k], Named(state, state.Averages[k].Averages), staged);
            StageAll(folder, CheckpointFiles.Optimizer, Named(state, state.Optimizer.FirstMoments, CheckpointFiles.FirstMoment), staged);
            StageAll(folder, CheckpointFiles.Optimizer, Named(state, state.Optimizer.SecondMoments, CheckpointFiles.SecondMoment), staged);
            long[] counts = Counts(folder, state.Names.Length);
            using Tensor sampler = Numbers(folder, CheckpointFiles.TimestepState, ScalarType.Float64);
            HookStates hooks = HookStates.None;
            if (hasHooks)
            {
                using SafetensorsFile states = Open(folder, CheckpointFiles.Hooks);
                hooks = HookStates.Read(states, Path.Combine(folder, CheckpointFiles.Hooks), manifest.Steps);
            }

            RestoreSampler(folder, state, sampler.data<double>().ToArray());

            // Nothing above has changed the trainer but the sampler, and that as a whole. Copies between tensors of one shape and type do
            // not fail.
            Copy(staged);
            counts.CopyTo(state.Optimizer.Steps, 0);
            foreach (ExponentialMovingAverage average in state.Averages) average.Updates = manifest.AverageUpdates;
            return new RestoredRun(manifest.Steps, manifest.Batches, hooks, transition);
        }
        catch (IOException exception)
        {
            throw new InvalidDataException($"{folder} is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>Reads tensors that must have the shape and type of others.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, or has another shape or type.</exception>
    public static void StageAll(
        string folder, string file, IEnumerable<(string Name, Tensor Target)> targets, List<(Tensor Source, Tensor Target)> staged)
    {
        using SafetensorsFile opened = Open(folder, file);
        Dictionary<string, SafetensorsEntry> entries = opened.Entries.ToDictionary(entry => entry.Name);
        foreach ((string name, Tensor target) in targets)
        {
            if (!entries.TryGetValue(name, out SafetensorsEntry? entry))
            {
                throw new InvalidDataException($"{folder} is of another network: {file} has no {name}.");
            }

            if (entry.ElementType != target.dtype || !entry.Shape.AsSpan().SequenceEqual(target.shape))
            {
                throw new InvalidDataException(
                    $"{folder} is of another network: {name} is {entry.ElementType} [{string.Join(", ", entry.Shape)}] there, " +
                    $"{target.dtype} [{string.Join(", ", target.shape)}] here.");
            }

            staged.Add((opened.Read(name), target));
        }
    }

    /// <summary>Copies staged tensors to their targets.</summary>
    public static void Copy(List<(Tensor Source, Tensor Target)> staged)
    {
        using var noGradient = no_grad();
        foreach ((Tensor source, Tensor target) in staged) target.copy_(source);
    }

    private static IEnumerable<(string Name, Tensor Target)> Named(
        TrainingState state, IReadOnlyList<Tensor> tensors, string prefix = "") =>
        state.Names.Select((name, i) => (prefix + name, tensors[i]));

    private static long[] Counts(string folder, int parameters)
    {
        using Tensor stored = Numbers(folder, CheckpointFiles.StepCounts, ScalarType.Int64);
        long[] counts = stored.data<long>().ToArray();
        string file = Path.Combine(folder, CheckpointFiles.Optimizer);
        if (counts.Length != parameters)
        {
            throw new InvalidDataException($"{file} counts steps of {counts.Length} parameters, but the network has {parameters}.");
        }

        foreach (long count in counts)
        {
            if (count is >= 0 and <= CheckpointManifest.MostSteps) continue;
            throw new InvalidDataException($"{file}: steps must be 0 … {CheckpointManifest.MostSteps}, but has {count}.");
        }

        return counts;
    }

    private static Tensor Numbers(string folder, string name, ScalarType type)
    {
        string path = Path.Combine(folder, CheckpointFiles.Optimizer);
        using SafetensorsFile opened = Open(folder, CheckpointFiles.Optimizer);
        SafetensorsEntry entry = opened.Entries.FirstOrDefault(candidate => candidate.Name == name) ??
            throw new InvalidDataException($"{path} must have {name}, but has not.");
        if (entry.ElementType == type && entry.Shape.Length == 1) return opened.Read(name);
        throw new InvalidDataException(
            $"{path}: {name} must be {type} [N], but is {entry.ElementType} [{string.Join(", ", entry.Shape)}].");
    }

    // A sampler of a user's own may refuse in the middle: then it gets back what it had.
    private static void RestoreSampler(string folder, TrainingState state, double[] numbers)
    {
        double[] before = state.Timesteps.Save();
        try
        {
            state.Timesteps.Restore(numbers);
        }
        catch (Exception exception)
        {
            state.Timesteps.Restore(before);
            throw new InvalidDataException(
                $"{folder}: {CheckpointFiles.Optimizer} does not fit the timestep sampler. {exception.Message}", exception);
        }
    }

    private static SafetensorsFile Open(string folder, string file)
    {
        try
        {
            return SafetensorsFile.Open(Path.Combine(folder, file));
        }
        catch (SafetensorsException exception)
        {
            throw new InvalidDataException($"{folder} is damaged: {exception.Message}", exception);
        }
    }

    // The transition that the checkpoint has, or the one that begins here because the trainer has another decay.
    private static LearningRateTransition? Transition(string folder, CheckpointManifest manifest, TrainingState state)
    {
        const string decay = nameof(TrainingOptions.Decay);
        if (manifest.Settings.GetValueOrDefault(decay) == state.Settings[decay]) return manifest.LearningRate?.Transition;
        if (manifest.LearningRate is not { } stands)
        {
            throw new InvalidDataException(
                $"{folder} cannot be re-planned: it is of a format that does not say where the learning rate stands. Continue it with the "
                + "decay that it has, and re-plan the next checkpoint.");
        }

        return LearningRatePlan.WhyNot(stands.EndsAt, state.LearningRate.Decay, manifest.Steps) is { } reason
            ? throw new InvalidDataException($"{folder} cannot be re-planned: the decay of the learning rate {reason}.")
            : state.LearningRate.TransitionAt(manifest.Steps, stands.Factor);
    }

    // An option that this version has added asks for nothing while it is empty: as the run was before.
    private static void CheckSettings(
        string folder, IReadOnlyDictionary<string, string> stored, IReadOnlyDictionary<string, string> settings, string? free)
    {
        string[] differences = [.. settings.Keys.Union(stored.Keys).Order(StringComparer.Ordinal)
            .Select(key => (Key: key, Then: stored.GetValueOrDefault(key), Now: settings.GetValueOrDefault(key)))
            .Where(entry => entry.Then != entry.Now && entry.Key != free && entry is not (_, null, ""))
            .Select(entry => $"{Shown(entry.Key)}: {Shown(entry.Then)} then, {Shown(entry.Now)} now")];
        if (differences.Length == 0) return;
        throw new InvalidDataException(
            $"{folder} was trained with other settings, under which the run cannot go on as it began. {string.Join("; ", differences)}.");

        static string Shown(string? text) => text switch { null => "absent", "" => "none", _ => StrictJson.Line(text, longest: 400) };
    }
}
