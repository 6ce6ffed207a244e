using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Training;

namespace Ddpm.Cli.Training;

/// <summary>Keeps the options of a run in its folder, once nothing of them is refused any more.</summary>
/// <param name="options">The options.</param>
internal sealed class OptionsHook(TrainOptions options) : ITrainingHook
{
    public void RunStarting(Trainer trainer) =>
        trainer.Communicator.OnFirstRank(() => RunOptionsFile.Write(options.Output, options.Given));

    public void StepDone(Trainer trainer, TrainingProgress progress)
    {
    }
}
