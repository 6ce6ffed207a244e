using Ddpm.Core;

namespace Ddpm.Training;

/// <content>Saving a run, restoring it, and giving the rest of it another plan.</content>
public sealed partial class Trainer
{
    /// <summary>
    /// Writes the whole state of a run into a folder: network, average, optimiser, step, timestep sampler, and their settings. Rank 0
    /// writes, and the others wait for it.
    /// </summary>
    /// <param name="folder">
    /// The folder, which must not exist; it appears when it is whole. <see cref="CheckpointStore"/> names and keeps several.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// The network holds its average, see <see cref="ExponentialMovingAverage.SwapIn"/>.
    /// </exception>
    /// <exception cref="IOException">The folder exists or cannot be written; no partial checkpoint remains.</exception>
    public void SaveCheckpoint(string folder)
    {
        TrainingState state = StateToSave();
        Communicator.OnFirstRank(() => CheckpointWriter.Write(folder, state));
    }

    /// <summary>
    /// Returns to a checkpoint: the run continues bit for bit as it would have without an interruption, on the same machine with the same
    /// number of ranks, and to rounding elsewhere. Rank 0 reads, and sends the state to the others.
    /// </summary>
    /// <param name="folder">A folder that <see cref="SaveCheckpoint"/> wrote.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is missing or damaged or belongs to another network, or relevant settings differ; the message lists them. Nothing has
    /// changed.
    /// </exception>
    public void RestoreCheckpoint(string folder) => RestoreCheckpoint(folder, replan: false);

    /// <summary>Returns to a checkpoint, whose run may go on with another decay of the learning rate, such as one of more steps.</summary>
    /// <param name="folder">A folder that <see cref="SaveCheckpoint"/> wrote.</param>
    /// <param name="replan">
    /// Whether <see cref="TrainingOptions.Decay"/> may differ from the checkpoint's: then the run is re-planned from the checkpoint's step
    /// on, as by <see cref="ReplanLearningRate"/>.
    /// </param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is missing or damaged or belongs to another network, relevant settings differ, or the run cannot be re-planned to this
    /// decay; the message says which. Nothing has changed.
    /// </exception>
    public void RestoreCheckpoint(string folder, bool replan)
    {
        RequireTrainedParameters("restoring");
        TrainingState state = State(HookStates.None);
        Communicator.OnFirstRank(() => Take(CheckpointReader.Restore(folder, state, replan)));
        if (Communicator.WorldSize == 1) return;
        Take(Replicas.Broadcast(state with { StepsDone = StepsDone, Batches = batchIdentity, Hooks = hooks.Kept }, Communicator));
    }

    /// <summary>
    /// Gives the rest of the run another decay of the learning rate, so that a run becomes longer than it was planned. From the present
    /// step on, over as many steps as the warm-up has, the rate goes in a straight line from where it stands to where the new decay has
    /// it, and follows the new decay afterwards. Checkpoints keep the way, so that a run that is interrupted continues bit for bit.
    /// </summary>
    /// <remarks>
    /// All ranks make the same call. A rate that has fallen to 0 rises again, which costs some of what the fall has gained:
    /// <see cref="LearningRateDecay.WarmupStableDecay"/> is made for runs whose length is not known, because it falls late.
    /// </remarks>
    /// <param name="decay">The new decay. Range: it ends after the steps done, and not before the decay so far.</param>
    /// <exception cref="ArgumentException">The decay ends too early; the message says where it may end.</exception>
    public void ReplanLearningRate(LearningRateDecay decay)
    {
        ArgumentNullException.ThrowIfNull(decay);
        LearningRatePlan plan = settings.LearningRate;
        if (SettingText.Of(decay) == SettingText.Of(plan.Decay)) return;
        if (LearningRatePlan.WhyNot(plan.Decay.EndsAt, decay, StepsDone) is { } reason)
        {
            throw new ArgumentException($"decay {reason}.", nameof(decay));
        }

        plan.Set(decay, plan.TransitionAt(StepsDone, plan.Factor(StepsDone)));
    }

    /// <summary>Returns the learning rate of a step, by the plan that the run follows now.</summary>
    /// <param name="step">The step, counted from 0. Range: not before the step at which the run was last re-planned.</param>
    /// <returns>The learning rate.</returns>
    public double LearningRateAt(long step) => settings.LearningRate.At(step);

    /// <summary>Everything that a checkpoint holds; collective.</summary>
    internal TrainingState StateToSave()
    {
        RequireTrainedParameters("saving");
        return State(hooks.States(this));
    }

    private void Take(RestoredRun run)
    {
        (StepsDone, batchIdentity, hooks.Kept) = (run.Steps, run.Batches, run.Hooks);
        settings.LearningRate.Set(settings.LearningRate.Decay, run.Transition);
    }

    private void RequireTrainedParameters(string before)
    {
        if (!Averages.Any(average => average.IsSwapped)) return;
        throw new InvalidOperationException($"The network holds the average at the moment: dispose what SwapIn returned before {before}.");
    }

    private TrainingState State(HookStates states) => new()
    {
        Module = Network,
        Names = [.. Network.named_parameters().Select(pair => pair.name)],
        Process = Process,
        Averages = Averages,
        Optimizer = gradient.Optimizer,
        Timesteps = settings.Timesteps,
        LearningRate = settings.LearningRate,
        StepsDone = StepsDone,
        Batches = batchIdentity,
        Settings = settings.Description,
        Hooks = states,
    };
}
