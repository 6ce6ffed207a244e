namespace Ddpm.Web;

/// <summary>Where the pictures of a finished run are.</summary>
/// <param name="Images">Each sample as PNG.</param>
/// <param name="Grid">All in one PNG.</param>
/// <param name="Archive">All as zip.</param>
internal sealed record JobLinks(IReadOnlyList<string> Images, string Grid, string Archive)
{
    public static JobLinks Of(Job job) => new(
        [.. Enumerable.Range(0, job.Settings.Count).Select(k => $"/api/jobs/{job.Id}/images/{k}.png")], $"/api/jobs/{job.Id}/grid.png", $"/api/jobs/{job.Id}/images.zip");
}
