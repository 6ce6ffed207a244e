namespace Ddpm.Training;

/// <summary>A writer that keeps its file for the length of a run: two runs that write one file would mix their rows.</summary>
internal interface IExclusiveWriter : IMetricWriter
{
    /// <summary>Takes the file.</summary>
    /// <returns>What releases the file when it is disposed.</returns>
    /// <exception cref="IOException">Another run has the file.</exception>
    IDisposable Take();
}
