namespace Ddpm.Web.Tests;

/// <summary>A run at one moment.</summary>
internal sealed record JobSnapshot(string State, int Step, string? Reason)
{
    public bool IsOver => State is JobState.Finished or JobState.Failed or JobState.Cancelled;
}
