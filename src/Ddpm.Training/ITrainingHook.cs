namespace Ddpm.Training;

/// <summary>
/// Takes part in a run, for checkpoints, metrics or pictures. The trainer calls hooks on its thread in the given order, and a
/// <see cref="CheckpointStore"/> after all others, because a checkpoint holds what they have done. An exception of a hook ends the run,
/// with the trainer as it was after the step. A hook with a state between steps is an <see cref="IResumableHook"/>. With several ranks,
/// each calls its own hooks; work for only one rank goes through <see cref="Ddpm.Core.CommunicatorExtensions.OnFirstRank"/> of
/// <see cref="Trainer.Communicator"/>.
/// </summary>
public interface ITrainingHook
{
    /// <summary>Runs before the first step of a new or resumed run.</summary>
    /// <param name="trainer">The trainer.</param>
    void RunStarting(Trainer trainer)
    {
    }

    /// <summary>Runs after every step.</summary>
    /// <param name="trainer">The trainer; the network holds the trained parameters.</param>
    /// <param name="progress">The progress of the run and its last step.</param>
    void StepDone(Trainer trainer, TrainingProgress progress);

    /// <summary>Runs when a run has ended, also by cancellation, but not by an error.</summary>
    /// <param name="trainer">The trainer.</param>
    void RunEnded(Trainer trainer)
    {
    }
}
