using Ddpm.Training;

namespace Ddpm.Cli.Training;

/// <summary>Shows how far a run has come.</summary>
internal interface ITrainingDisplay : IProgress<TrainingProgress>
{
    /// <summary>Runs the training while it shows.</summary>
    bool Show(Func<bool> run);

    /// <summary>Says what an interruption does; another thread may call it.</summary>
    void Stopping();
}
