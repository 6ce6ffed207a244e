namespace Ddpm.Web;

/// <summary>Where a run is in its life.</summary>
internal enum JobState
{
    Queued,
    Running,
    Finished,
    Failed,
    Cancelled,
}
