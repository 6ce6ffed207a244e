namespace Ddpm.Hosting;

/// <summary>A run as its watchers see it at one moment.</summary>
/// <param name="State">Where it is in its life.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Timestep">The model's t of the last step, T-1 … 0; null before the first.</param>
/// <param name="Elapsed">The time since the first step began.</param>
/// <param name="Preview">The last preview; null before the first.</param>
/// <param name="Start">What the run began with; null before.</param>
/// <param name="Reason">Why it failed or was cancelled.</param>
internal sealed record RunSnapshot(
    RunState State,
    int Step = 0,
    int? Timestep = null,
    TimeSpan Elapsed = default,
    SamplingPreview? Preview = null,
    SamplingPreview? Start = null,
    string? Reason = null)
{
    /// <summary>Gets whether nothing more will happen.</summary>
    public bool IsOver => State is RunState.Finished or RunState.Failed or RunState.Cancelled;
}
