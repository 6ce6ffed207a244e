using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Ddpm.Web;

/// <summary>Puts the server together: services, limits, endpoints.</summary>
internal static class WebServer
{
    private static readonly string[] OwnNames = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>A server, not yet started.</summary>
    /// <param name="model">What it draws with; stays the caller's.</param>
    /// <param name="options">Where it listens, and its limits.</param>
    /// <param name="log">The least that is logged.</param>
    public static WebApplication Create(ServedModel model, ServerOptions options, LogLevel log = LogLevel.Warning)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        // A port that is taken is one line of the command line's, not a stack trace.
        builder.Logging.SetMinimumLevel(log).AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            // Bodies have a time of their own, and an answer that says so.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(options.Address, options.Port);
        });
        builder.Services.ConfigureHttpJsonOptions(json =>
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull);
        builder.Services.AddProblemDetails();
        builder.Services.AddSingleton(model).AddSingleton(options).AddSingleton<SettingsReader>().AddSingleton<RequestReader>();
        builder.Services.AddSingleton<JobQueue>().AddSingleton<JobStore>().AddSingleton<JobDesk>().AddSingleton<JobPace>()
            .AddSingleton<JobRunner>().AddSingleton<WebTelemetry>();
        builder.Services.AddSingleton<JobWorker>().AddHostedService(services => services.GetRequiredService<JobWorker>());

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
        ServiceEndpoints.Map(app);
        JobEndpoints.Map(app);
        EventEndpoint.Map(app);
        DownloadEndpoints.Map(app);
        SampleEndpoint.Map(app);
        // First of all: the server waits for open streams, and they for their runs.
        app.Lifetime.ApplicationStopping.Register(() => app.Services.GetRequiredService<JobStore>().CancelAll("The server was stopped."));
        return app;
    }

    /// <summary>Where a started server listens.</summary>
    public static Uri Address(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
}
