namespace Ddpm.Training;

/// <summary>
/// Takes part in a run: checkpoints, metrics, pictures. Called on the training's thread, in the order in which hooks were given, a
/// <see cref="CheckpointStore"/> after all others: a checkpoint holds what they have done. What a hook throws ends the run, with the
/// trainer as it was after the step. A hook with a state between steps is an <see cref="IResumableHook"/>. With several ranks each calls
/// its own hooks: what only one is to do goes through <see cref="Ddpm.Core.CommunicatorExtensions.OnFirstRank"/> of
/// <see cref="Trainer.Communicator"/>.
/// </summary>
public interface ITrainingHook
{
    /// <summary>Called before the first step of a run, new or resumed.</summary>
    /// <param name="trainer">The trainer.</param>
    void RunStarting(Trainer trainer)
    {
    }

    /// <summary>Called after every step.</summary>
    /// <param name="trainer">The trainer; the network holds the trained parameters.</param>
    /// <param name="progress">What was done.</param>
    void StepDone(Trainer trainer, TrainingProgress progress);

    /// <summary>Called when a run has ended, also by cancellation, but not by an error.</summary>
    /// <param name="trainer">The trainer.</param>
    void RunEnded(Trainer trainer)
    {
    }
}
