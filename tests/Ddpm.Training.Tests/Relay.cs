namespace Ddpm.Training.Tests;

/// <summary>Progress that is handled at once.</summary>
internal sealed class Relay(Action<TrainingProgress> action) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => action(value);
}
