using System.Globalization;
using Ddpm.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ddpm.HostingLoad;

/// <summary>The server under load: a model behind <c>MapDdpm</c>, with clients that name themselves.</summary>
internal static class LoadServer
{
    /// <summary>The included model of Fashion-MNIST.</summary>
    public const string Clothes = "clothes";

    /// <summary>A network that costs nothing, of 8×8 pixels.</summary>
    public const string Tiny = "tiny";

    /// <summary>The header in which a client names itself: all have one address.</summary>
    public const string CallerHeader = "X-Caller";

    /// <summary>Serves on a free port, which it writes as a line, until a signal stops it.</summary>
    /// <param name="model">The name of the model.</param>
    /// <param name="queue">The requests that may wait.</param>
    public static async Task RunAsync(string model, int queue)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddDdpm(options =>
        {
            if (model == Clothes) options.Folder = Path.Combine(AppContext.BaseDirectory, "models", "fashion-mnist");
            else options.Load = TinyModel.Create;
            options.QueueLength = queue;
            options.WarmUp = true;
        });
        await using WebApplication app = builder.Build();
        app.MapDdpm(configure: options => options.Caller = context => context.Request.Headers[CallerHeader].ToString());
        app.MapGet("/state", (IDdpmService service) => StateOf(service.Status, collect: false));
        app.MapGet("/state/collected", (IDdpmService service) => StateOf(service.Status, collect: true));
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await app.WaitForShutdownAsync();
    }

    private static string StateOf(ServiceStatus status, bool collect)
    {
        if (collect)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        int working = status.Queued + (status.IsRunning ? 1 : 0);
        return string.Create(CultureInfo.InvariantCulture, $"{working} {GC.GetTotalMemory(collect)}");
    }
}
