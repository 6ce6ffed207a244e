namespace Ddpm.Training;

/// <summary>A hook that saves the run: it is called after all others, so that a checkpoint holds what they have done by its step.</summary>
internal interface ICheckpointHook : ITrainingHook;
