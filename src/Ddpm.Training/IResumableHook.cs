namespace Ddpm.Training;

/// <summary>
/// A hook with a state between steps, such as the sums of a row that is not yet written. Checkpoints keep it, so that a resumed run gives
/// what an uninterrupted one gives.
/// </summary>
public interface IResumableHook : ITrainingHook
{
    /// <summary>Takes the state of this rank.</summary>
    /// <returns>Numbers, as many as the hook needs.</returns>
    double[] SaveState();

    /// <summary>
    /// Continues from a state. Called after <see cref="ITrainingHook.RunStarting"/>, where the run resumes from the step of the state.
    /// </summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="ranks">The state of each rank of the run that saved them, which may have had another number of ranks.</param>
    void RestoreState(Trainer trainer, IReadOnlyList<double[]> ranks);
}
