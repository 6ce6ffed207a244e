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
            RemainingSeconds = snapshot.State == JobState.Running && snapshot.Step > 0
                ? Math.Round(snapshot.Elapsed.TotalSeconds * (settings.Steps - snapshot.Step) / snapshot.Step, 1)
                : null,
            Reason = snapshot.Reason,
            Links = snapshot.State == JobState.Finished ? JobLinks.Of(job) : null,
        };
    }
}

/// <summary>Where the pictures of a finished run are.</summary>
/// <param name="Images">Each sample as PNG.</param>
/// <param name="Grid">All in one PNG.</param>
/// <param name="Archive">All as zip.</param>
internal sealed record JobLinks(IReadOnlyList<string> Images, string Grid, string Archive)
{
    public static JobLinks Of(Job job) => new(
        [
            .. Enumerable.Range(0, job.Settings.Count).Select(k => $"/api/jobs/{job.Id}/images/{k}.png"),
        ], $"/api/jobs/{job.Id}/grid.png", $"/api/jobs/{job.Id}/images.zip");
}

/// <summary>One event of a run's stream.</summary>
/// <param name="Job">The run.</param>
/// <param name="Preview">The estimates x̂_0 as a PNG data URL: all samples side by side, without gaps; null where they have not
/// changed.</param>
/// <param name="PreviewColumns">The samples in a row of the preview.</param>
internal sealed record JobEvent(JobView Job, string? Preview, int? PreviewColumns)
{
    public static JobEvent Of(Job job, JobSnapshot snapshot, bool withPreview) => snapshot.Preview is { } preview && withPreview
        ? new JobEvent(JobView.Of(job, snapshot), "data:image/png;base64," + Convert.ToBase64String(preview.Png), preview.Columns)
        : new JobEvent(JobView.Of(job, snapshot), null, null);
}

/// <summary>What a program gets.</summary>
/// <param name="Job">The run, with all its settings: the same request with this seed gives the same pictures.</param>
/// <param name="Images">The pictures as PNG files in base64.</param>
internal sealed record SampleAnswer(JobView Job, IReadOnlyList<string> Images)
{
    public static SampleAnswer Of(Job job) => new(JobView.Of(job, job.Snapshot), [.. job.Result!.Images.Select(Convert.ToBase64String)]);
}
