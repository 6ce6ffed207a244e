using System.Net;
using System.Text;
using System.Text.Json;
using Ddpm.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ddpm.Hosting.Tests.Http;

/// <summary>A real server on a free port of this machine.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private TestServer(WebApplication app) => this.app = app;

    public HttpClient Client { get; private set; } = null!;

    public IDdpmService Service => app.Services.GetRequiredService<IDdpmService>();

    public IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Endpoints =>
        [.. ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)];

    public static Task<TestServer> StartAsync(Func<InferenceModel> load, Action<DdpmEndpointOptions>? configure = null) => StartAsync(
        services => services.AddDdpm(options => options.Load = load), app => app.MapDdpm(configure: configure));

    public static async Task<TestServer> StartAsync(Action<IServiceCollection> add, Action<WebApplication> map)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.None);
        add(builder.Services);
        var server = new TestServer(builder.Build());
        map(server.app);
        await server.app.StartAsync();
        server.Client = TestClient.Of(new Uri(server.app.Urls.First()));
        return server;
    }

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (int wait = 0; !condition(); wait++)
        {
            if (wait == 6000) throw new TimeoutException("A minute was not enough: " + what);
            await Task.Delay(10);
        }
    }

    public async Task<HttpResponseMessage> PostAsync(string path, string json, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        if (accept is not null) request.Headers.Accept.ParseAdd(accept);
        return await Client.SendAsync(request);
    }

    /// <summary>Posts a body, which may be no JSON, and returns why it was refused; null where it was drawn.</summary>
    public async Task<string?> RefusalOfAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using HttpResponseMessage answer = await Client.PostAsync("/api/samples", content);
        if (answer.StatusCode == HttpStatusCode.OK) return null;
        ((int)answer.StatusCode).Should().BeInRange(400, 499);
        return (await JsonAsync(answer)).GetProperty("detail").GetString() ?? "";
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
