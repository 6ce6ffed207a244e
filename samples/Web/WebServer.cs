using System.Net;
using Ddpm.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Ddpm.Web;

/// <summary>Puts the server together: the model's service and endpoints, the page, and what a server on this machine must refuse.</summary>
internal static class WebServer
{
    private static readonly string[] OwnNames = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>A server, not yet started.</summary>
    /// <param name="options">Where it listens, what it draws with, and its limits.</param>
    /// <param name="log">The least that is logged.</param>
    public static WebApplication Create(ServerOptions options, LogLevel log = LogLevel.Warning)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        // A port that is taken is one line of the command line's, not a stack trace.
        builder.Logging.SetMinimumLevel(log).AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        // A model that does not load is a line too.
        if (log > LogLevel.Information) builder.Logging.AddFilter("Ddpm.Hosting", LogLevel.Critical);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Bodies have a time of their own, and an answer that says so.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(options.Address, options.Port);
        });
        builder.Services.AddProblemDetails();
        builder.Services.AddDdpm(options.Model);

        WebApplication app = builder.Build();
        // Problem details whatever the caller accepts.
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            StatusCodeSelector = exception =>
                (exception as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status500InternalServerError,
            ExceptionHandler = context => Problems.Status(context.Response.StatusCode).ExecuteAsync(context),
        });
        app.UseStatusCodePages(context => Problems.Status(context.HttpContext.Response.StatusCode).ExecuteAsync(context.HttpContext));
        bool local = IPAddress.IsLoopback(options.Address);
        app.Use((context, next) =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            // On this machine only means for pages of this machine only: a name of elsewhere that was made to point here is refused.
            string host = context.Request.Host.Host;
            return local && host.Length > 0 && !OwnNames.Contains(host, StringComparer.OrdinalIgnoreCase)
                ? Problems.OtherHost(host).ExecuteAsync(context)
                : next(context);
        });
        PageEndpoints.Map(app);
        app.MapGet("/health", Health);
        app.MapDdpm(configure: options.Endpoints);
        return app;
    }

    /// <summary>Where a started server listens.</summary>
    public static Uri Address(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    private static IResult Health(IDdpmService service)
    {
        ServiceStatus status = service.Status;
        return Results.Json(
            new { status = status.IsAlive ? "ok" : "stopped", queued = status.Queued, running = status.IsRunning },
            statusCode: status.IsAlive ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
