namespace Ddpm.Web;

/// <summary>One event of a run's stream.</summary>
/// <param name="Job">The run.</param>
/// <param name="Preview">The estimates x̂_0 as a PNG data URL: all samples side by side, without gaps; null where they have not changed.</param>
/// <param name="PreviewColumns">The samples in a row of the preview.</param>
internal sealed record JobEvent(JobView Job, string? Preview, int? PreviewColumns)
{
    public static JobEvent Of(Job job, JobSnapshot snapshot, bool withPreview) => snapshot.Preview is { } preview && withPreview
        ? new JobEvent(JobView.Of(job, snapshot), "data:image/png;base64," + Convert.ToBase64String(preview.Png), preview.Columns)
        : new JobEvent(JobView.Of(job, snapshot), null, null);
}
