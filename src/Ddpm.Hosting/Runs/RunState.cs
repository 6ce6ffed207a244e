namespace Ddpm.Hosting;

/// <summary>Where a run is in its life.</summary>
internal enum RunState
{
    Queued,
    Running,
    Finished,
    Failed,
    Cancelled,
}
