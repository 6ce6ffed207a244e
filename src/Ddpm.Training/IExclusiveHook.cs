using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>A hook that keeps a folder for the length of a run: two runs that write there would remove each other's files.</summary>
internal interface IExclusiveHook : ITrainingHook
{
    /// <summary>Takes the folder; collective.</summary>
    /// <param name="ranks">The processes of the run.</param>
    /// <returns>What releases the folder when it is disposed.</returns>
    /// <exception cref="IOException">Another run has the folder.</exception>
    IDisposable Take(ICommunicator ranks);
}
