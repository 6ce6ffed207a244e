namespace Ddpm.Web;

/// <summary>What the server can do, and whether it is well.</summary>
internal static class ServiceEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/model", (ServedModel model, SettingsReader settings) => TypedResults.Ok(ModelView.Of(model, settings)));
        routes.MapGet("/health", (JobWorker worker, JobQueue queue) =>
            Results.Json(
                new { status = worker.IsAlive ? "ok" : "stopped", queued = queue.Length, running = worker.Current is not null },
                statusCode: worker.IsAlive ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable));
    }
}
