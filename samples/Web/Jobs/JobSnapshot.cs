namespace Ddpm.Web;

/// <summary>What is to be seen of a run at one moment.</summary>
/// <param name="State">Where it is in its life.</param>
/// <param name="Position">The runs before it, while it waits.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Timestep">The model's t of the last step, T-1 … 0; null before the first.</param>
/// <param name="Elapsed">The time since the first step began.</param>
/// <param name="Preview">The last preview; null before the first.</param>
/// <param name="Reason">Why it failed or was cancelled.</param>
internal sealed record JobSnapshot(JobState State, int Position = 0, int Step = 0, int? Timestep = null, TimeSpan Elapsed = default, JobPreview? Preview = null, string? Reason = null)
{
    /// <summary>Whether nothing more will happen.</summary>
    public bool IsOver => State is JobState.Finished or JobState.Failed or JobState.Cancelled;
}
