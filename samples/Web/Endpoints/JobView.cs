namespace Ddpm.Web;

/// <summary>A run as JSON.</summary>
internal sealed record JobView
{
    public required string Id { get; init; }

    public required string State { get; init; }

    /// <summary>The runs before it; null once it has begun.</summary>
    public int? Position { get; init; }

    public required string Sampler { get; init; }

    public required int Steps { get; init; }

    public required long Seed { get; init; }

    public required int Count { get; init; }

    public int? Label { get; init; }

    public double? Guidance { get; init; }

    public required int Step { get; init; }

    /// <summary>The model's t of the last step.</summary>
    public int? Timestep { get; init; }

    public required double ElapsedSeconds { get; init; }

    public double? RemainingSeconds { get; init; }

    public string? Reason { get; init; }

    /// <summary>Where the pictures are, once it is finished.</summary>
    public JobLinks? Links { get; init; }

    public static string Name(JobState state) => state switch
    {
        JobState.Queued => "queued",
        JobState.Running => "running",
        JobState.Finished => "finished",
        JobState.Failed => "failed",
        _ => "cancelled",
    };

    public static JobView Of(Job job, JobSnapshot snapshot)
    {
        JobSettings settings = job.Settings;
        return new JobView
        {
            Id = job.Id,
            State = Name(snapshot.State),
            Position = snapshot.State == JobState.Queued ? snapshot.Position : null,
            Sampler = settings.Sampler.Name,
            Steps = settings.Steps,
            Seed = settings.Seed,
            Count = settings.Count,
            Label = settings.Label,
            Guidance = settings.Guidance == 1 ? null : settings.Guidance,
            Step = snapshot.Step,
            Timestep = snapshot.Timestep,
            ElapsedSeconds = Math.Round(snapshot.Elapsed.TotalSeconds, 3),
            RemainingSeconds = snapshot.State == JobState.Running && snapshot.Step > 0 ? Math.Round(snapshot.Elapsed.TotalSeconds * (settings.Steps - snapshot.Step) / snapshot.Step, 1) : null,
            Reason = snapshot.Reason,
            Links = snapshot.State == JobState.Finished ? JobLinks.Of(job) : null,
        };
    }
}
