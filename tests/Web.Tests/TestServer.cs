using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Ddpm.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace Ddpm.Web.Tests;

/// <summary>A real server on a free port of this machine, with a tiny model.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ServedModel served;

    private TestServer(GatedModel model, ServerOptions options, int port)
    {
        Model = model;
        served = new ServedModel(model, Process, [1, 8, 8], "tiny", torch.CPU, 1234, null);
        app = WebServer.Create(served, options with { Port = port });
    }

    public static ReverseDiffusion Process { get; } = new(new LinearSchedule(100, 1e-3, 0.2));

    public GatedModel Model { get; }

    public Uri Address => WebServer.Address(app);

    public HttpClient Client { get; private set; } = null!;

    public JobStore Store => app.Services.GetRequiredService<JobStore>();

    public JobWorker Worker => app.Services.GetRequiredService<JobWorker>();

    public static async Task<TestServer> StartAsync(bool open = true, ServerOptions? options = null, int? classes = null, int port = 0)
    {
        var model = new GatedModel(classes);
        if (open) model.Open();
        var server = new TestServer(model, options ?? new ServerOptions(), port);
        await server.app.StartAsync();
        server.Client = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(2) };
        return server;
    }

    /// <summary>Begins a run and gives its name.</summary>
    public async Task<string> SubmitAsync(object settings)
    {
        using HttpResponseMessage answer = await Client.PostAsJsonAsync("/api/jobs", settings);
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        string id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
        answer.Headers.Location!.ToString().Should().Be($"/api/jobs/{id}");
        return id;
    }

    /// <summary>The events of a run as they come; leaving the loop hangs up.</summary>
    public async IAsyncEnumerable<(string Type, JsonElement Data)> EventsAsync(string id)
    {
        using HttpResponseMessage answer = await Client.GetAsync($"/api/jobs/{id}/events", HttpCompletionOption.ResponseHeadersRead);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        await using Stream stream = await answer.Content.ReadAsStreamAsync();
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync()) yield return (
            item.EventType,
            JsonSerializer.Deserialize<JsonElement>(item.Data));
    }

    /// <summary>Waits for a run to be as a test wants it.</summary>
    public async Task<Job> UntilAsync(string id, Func<JobSnapshot, bool> condition)
    {
        Job job = Store.Find(id)!;
        await UntilAsync(() => condition(job.Snapshot), () => job.Snapshot.ToString());
        return job;
    }

    public static async Task UntilAsync(Func<bool> condition, Func<string> what)
    {
        for (int wait = 0; !condition(); wait++)
        {
            if (wait == 6000) throw new TimeoutException("A minute was not enough: " + what());
            await Task.Delay(10);
        }
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Model.Open();
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        served.Dispose();
        Model.Dispose();
    }
}
