using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Ddpm.Hosting;

/// <summary>What the endpoints of one model do.</summary>
/// <param name="service">The model.</param>
/// <param name="options">The limits.</param>
internal sealed class ModelEndpoints(DdpmService service, DdpmEndpointOptions options)
{
    private readonly BodyReader bodies = new(options);
    private readonly RunStore store = new(options.KeptRuns);

    public async Task DescribeAsync(HttpContext context)
    {
        ModelInformation model = await service.DescribeAsync(context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json => ModelJson.Write(json, model)).ConfigureAwait(false);
    }

    /// <summary>One request, one answer with all pictures in it. The run is cancelled when the caller hangs up.</summary>
    public async Task SampleAsync(HttpContext context)
    {
        Run run = await SubmitAsync(context, abandonedAfter: null).ConfigureAwait(false);
        using CancellationTokenRegistration hangUp = context.RequestAborted.Register(() => run.Cancel("The caller hung up."));
        string kind = AcceptedKind.Of(context.Request);
        if (kind == AcceptedKind.Events)
        {
            store.Add(run);
            try
            {
                await WriteEventsAsync(context, run, withImages: true).ConfigureAwait(false);
            }
            finally
            {
                // The stream may notice first that the caller is gone, and ends the registration. Nothing to cancel unless it is.
                run.Cancel("The caller hung up.");
            }

            return;
        }

        GeneratedImages images = await run.Completion.ConfigureAwait(false);
        string name = RunFiles.NameOf(images.Settings);
        if (kind == AcceptedKind.Png && images.Count == 1)
        {
            await FileAsync(context, images.ToPng(0), kind, $"{name}.png").ConfigureAwait(false);
        }
        else if (kind == AcceptedKind.Png)
        {
            await FileAsync(context, RunFiles.Grid(images), kind, $"{name}-grid.png").ConfigureAwait(false);
        }
        else if (kind == AcceptedKind.Zip)
        {
            await FileAsync(context, RunFiles.Archive(images), kind, $"{name}.zip").ConfigureAwait(false);
        }
        else
        {
            // Its pictures can be fetched one by one too.
            store.Add(run);
            await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json =>
            {
                new RunJson(run, AddressOf(context, "/samples")).WriteField(json, run.Snapshot);
                RunJson.WriteImages(json, images);
            }).ConfigureAwait(false);
        }
    }

    public async Task SubmitAsync(HttpContext context)
    {
        Run run = await SubmitAsync(context, options.AbandonedAfter).ConfigureAwait(false);
        store.Add(run);
        string address = AddressOf(context, "/jobs");
        context.Response.Headers.Location = $"{address}/jobs/{run.Id}";
        await JsonAnswer.WriteAsync(
            context, StatusCodes.Status202Accepted, json => new RunJson(run, address).Write(json, run.Snapshot)).ConfigureAwait(false);
    }

    public Task ShowAsync(HttpContext context)
    {
        Run run = RunOf(context);
        return JsonAnswer.WriteAsync(
            context, StatusCodes.Status200OK, json => new RunJson(run, AddressOf(context, "/jobs")).Write(json, run.Snapshot));
    }

    public Task CancelAsync(HttpContext context)
    {
        RunOf(context).Cancel("It was cancelled.");
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    public Task WatchAsync(HttpContext context) => WriteEventsAsync(context, RunOf(context), withImages: false);

    public Task GridAsync(HttpContext context)
    {
        GeneratedImages images = ImagesOf(context);
        return FileAsync(context, RunFiles.Grid(images), AcceptedKind.Png, $"{RunFiles.NameOf(images.Settings)}-grid.png");
    }

    public Task ArchiveAsync(HttpContext context)
    {
        GeneratedImages images = ImagesOf(context);
        return FileAsync(context, RunFiles.Archive(images), AcceptedKind.Zip, $"{RunFiles.NameOf(images.Settings)}.zip");
    }

    public Task ImageAsync(HttpContext context)
    {
        GeneratedImages images = ImagesOf(context);
        string number = (string)context.Request.RouteValues["number"]!;
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int k) || k >= images.Count)
        {
            throw new ProblemException(Problem.NoSuchImage(number, images.Count));
        }

        return FileAsync(context, images.ToPng(k), AcceptedKind.Png, $"{RunFiles.NameOf(images.Settings)}-{k:D3}.png");
    }

    private async Task<Run> SubmitAsync(HttpContext context, TimeSpan? abandonedAfter)
    {
        RequestFields fields = await bodies.ReadAsync(context.Request).ConfigureAwait(false);
        return await service.SubmitAsync(fields, options.Caller(context), options.DefaultCount, abandonedAfter, context.RequestAborted)
            .ConfigureAwait(false);
    }

    private Run RunOf(HttpContext context) => store.Find((string)context.Request.RouteValues["id"]!);

    private GeneratedImages ImagesOf(HttpContext context)
    {
        Run run = RunOf(context);
        return run.Result ?? throw new ProblemException(Problem.NotFinished(run));
    }

    private static Task FileAsync(HttpContext context, byte[] bytes, string contentType, string name)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(name);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    // The path of the endpoints, wherever they were mapped.
    private static string AddressOf(HttpContext context, string endpoint)
    {
        string path = context.Request.Path.Value ?? "";
        int end = path.LastIndexOf(endpoint, StringComparison.OrdinalIgnoreCase);
        return context.Request.PathBase + (end < 0 ? "" : path[..end]);
    }

    private static Task WriteEventsAsync(HttpContext context, Run run, bool withImages)
    {
        string address = AddressOf(context, withImages ? "/samples" : "/jobs");
        // A browser that comes back says what it saw last.
        bool again = context.Request.Headers.ContainsKey("Last-Event-ID");
        return TypedResults.ServerSentEvents(new RunEvents(run, address, withImages).Follow(!again, context.RequestAborted))
            .ExecuteAsync(context);
    }
}
