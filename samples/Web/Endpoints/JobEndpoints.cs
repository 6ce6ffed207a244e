namespace Ddpm.Web;

/// <summary>Runs as the page uses them: begin one, look at it, stop it.</summary>
internal static class JobEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/jobs", SubmitAsync);
        routes.MapGet(
            "/api/jobs/{id}",
            (string id, JobStore store) =>
                store.Find(id) is { } job ? TypedResults.Ok(JobView.Of(job, job.Snapshot)) : Problems.NoSuchRun(id));
        routes.MapDelete("/api/jobs/{id}", Cancel);
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, RequestReader reader, JobDesk desk, ServerOptions options)
    {
        (JobSettings? settings, IResult? error) = await reader.ReadAsync(context.Request);
        if (settings is null) return error!;
        Job? job = desk.Submit(settings);
        return job is null
            ? Problems.QueueFull(context.Response, options.QueueLength, desk.RetryAfter)
            : TypedResults.Accepted($"/api/jobs/{job.Id}", JobView.Of(job, job.Snapshot));
    }

    private static IResult Cancel(string id, JobStore store)
    {
        if (store.Find(id) is not { } job) return Problems.NoSuchRun(id);
        job.Cancel("It was cancelled.");
        return TypedResults.NoContent();
    }
}
