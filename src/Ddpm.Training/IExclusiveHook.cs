using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// A hook that keeps a folder or files for the length of a run: two runs that write there would remove each other's files or mix their
/// rows.
/// </summary>
internal interface IExclusiveHook : ITrainingHook
{
    /// <summary>Takes folder or files; collective.</summary>
    /// <param name="ranks">The processes of the run.</param>
    /// <returns>What releases them when it is disposed.</returns>
    /// <exception cref="IOException">Another run has one of them.</exception>
    IDisposable Take(ICommunicator ranks);
}
