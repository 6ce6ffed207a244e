namespace Ddpm.Web;

/// <summary>What a program gets.</summary>
/// <param name="Job">The run, with all its settings: the same request with this seed gives the same pictures.</param>
/// <param name="Images">The pictures as PNG files in base64.</param>
internal sealed record SampleAnswer(JobView Job, IReadOnlyList<string> Images)
{
    public static SampleAnswer Of(Job job) => new(JobView.Of(job, job.Snapshot), [.. job.Result!.Images.Select(Convert.ToBase64String)]);
}
