namespace Ddpm.Web;

/// <summary>Samples for programs: one request, one answer with all pictures in it. The run is cancelled when the caller hangs up.</summary>
internal static class SampleEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/samples", SampleAsync);

    private static async Task<IResult> SampleAsync(HttpContext context, RequestReader reader, JobDesk desk, ServerOptions options)
    {
        (JobSettings? settings, IResult? error) = await reader.ReadAsync(context.Request);
        if (settings is null) return error!;
        if (desk.Submit(settings) is not { } job) return Problems.QueueFull(context.Response, options.QueueLength, desk.RetryAfter);
        JobSnapshot end = job.Snapshot;
        try
        {
            await foreach (JobSnapshot snapshot in job.Watch(context.RequestAborted)) end = snapshot;
        }
        finally
        {
            // Nothing to cancel unless the caller hung up.
            job.Cancel("The caller hung up.");
        }

        return end.State == JobState.Finished ? TypedResults.Ok(SampleAnswer.Of(job)) : Problems.RunEnded(end);
    }
}
