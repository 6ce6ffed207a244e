using Ddpm.Core;
using Ddpm.Models;
using Ddpm.Tests;
using Microsoft.AspNetCore.Builder;

namespace Ddpm.Web.Tests;

/// <summary>A server of a model folder whose network is given a small picture, two numbers, and what no form has.</summary>
internal sealed class ConditionalServer : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-web-");
    private readonly WebApplication app;

    private ConditionalServer(int? classes, NetworkCondition[] conditions)
    {
        Network = TinyNetwork.Create(classes, conditions);
        ModelFolder.Save(Folder, Network, Process);
        app = WebServer.Create(new ServerOptions { Port = 0, Model = served => served.Folder = Folder });
    }

    /// <summary>A process whose samples are no further from 0 than what the network puts out.</summary>
    public static ReverseDiffusion Process { get; } =
        new(new LinearSchedule(100, 1e-3, 0.2), new ReverseDiffusionOptions { Prediction = Prediction.X0 });

    public UNet Network { get; }

    public string Folder => folder.FullName;

    public Uri Address => WebServer.Address(app);

    public HttpClient Client { get; private set; } = null!;

    public static async Task<ConditionalServer> StartAsync(int? classes, params NetworkCondition[] conditions)
    {
        var server = new ConditionalServer(classes, conditions);
        await server.app.StartAsync();
        server.Client = TestClient.Of(server.Address);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        Network.Dispose();
        folder.Delete(recursive: true);
    }
}
