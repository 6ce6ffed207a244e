namespace Ddpm.Training;

/// <summary>
/// Adds a state between steps to a hook, such as the sums of an unfinished row. Checkpoints store it, so that a resumed run gives the
/// results of an uninterrupted one.
/// </summary>
public interface IResumableHook : ITrainingHook
{
    /// <summary>Returns the state of this rank.</summary>
    /// <returns>Numbers, as many as the hook needs.</returns>
    double[] SaveState();

    /// <summary>
    /// Continues from a state. The trainer calls it after <see cref="ITrainingHook.RunStarting"/> when the run resumes from the step of the
    /// state.
    /// </summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="ranks">The state of each rank of the run that saved them, which may have had another number of ranks.</param>
    void RestoreState(Trainer trainer, IReadOnlyList<double[]> ranks);
}
