using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Browser.Tests;

/// <summary>Serves samples/Browser, and a folder of models below /model, on a free port of this machine.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private PageServer(WebApplication app) => this.app = app;

    /// <summary>The folder of the sample.</summary>
    public static string Sample { get; } = Folder("Sample");

    /// <summary>The included model.</summary>
    public static string Model { get; } = Folder("Model");

    public Uri Address => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<PageServer> StartAsync(string models)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        app.Use((context, next) =>
        {
            context.Response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
            context.Response.Headers["Cross-Origin-Embedder-Policy"] = "require-corp";
            return next(context);
        });
        Serve(app, models, "/model");
        Serve(app, Sample, "");
        await app.StartAsync();
        return new PageServer(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static void Serve(WebApplication app, string folder, string path) => app.UseFileServer(new FileServerOptions
    {
        FileProvider = new PhysicalFileProvider(folder),
        RequestPath = path,
        StaticFileOptions = { ServeUnknownFileTypes = true },
    });

    private static string Folder(string name) => Path.GetFullPath(typeof(PageServer).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == name).Value!);
}
