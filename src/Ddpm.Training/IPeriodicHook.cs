namespace Ddpm.Training;

/// <summary>A hook that acts every so many steps: what it does then is collective, so that all ranks must have the same cadence.</summary>
internal interface IPeriodicHook
{
    /// <summary>Gets how many steps lie between two actions.</summary>
    int Every { get; }
}
