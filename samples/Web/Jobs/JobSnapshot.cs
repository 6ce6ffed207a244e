namespace Ddpm.Web;

/// <summary>A run as its watchers see it at one moment.</summary>
/// <param name="State">Where it is in its life.</param>
/// <param name="Position">The runs before it, while it waits.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Timestep">The model's t of the last step, T-1 … 0; null before the first.</param>
/// <param name="Elapsed">The time since the first step began.</param>
/// <param name="Preview">The last preview; null before the first.</param>
/// <param name="Reason">Why it failed or was cancelled.</param>
internal sealed record JobSnapshot(
    JobState State,
    int Position = 0,
    int Step = 0,
    int? Timestep = null,
    TimeSpan Elapsed = default,
    JobPreview? Preview = null,
    string? Reason = null)
{
    /// <summary>Whether nothing more will happen.</summary>
    public bool IsOver => State is JobState.Finished or JobState.Failed or JobState.Cancelled;
}

/// <summary>Where a run is in its life.</summary>
internal enum JobState
{
    Queued,
    Running,
    Finished,
    Failed,
    Cancelled,
}

/// <summary>The estimates x̂_0 of a step as one picture: all samples side by side, without gaps.</summary>
/// <param name="Step">The steps done.</param>
/// <param name="Columns">The samples in a row.</param>
/// <param name="Png">The picture.</param>
internal sealed record JobPreview(int Step, int Columns, byte[] Png);

/// <summary>The pictures of a finished run, as PNG files.</summary>
/// <param name="Images">One for each sample, of the model's own size.</param>
/// <param name="Grid">All of them in one, enlarged where they are small.</param>
internal sealed record JobResult(IReadOnlyList<byte[]> Images, byte[] Grid);
