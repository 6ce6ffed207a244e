using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Ddpm.Core;
using Ddpm.Hosting;
using Ddpm.Inference;
using Ddpm.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace Ddpm.Web.Tests;

/// <summary>A real server on a free port of this machine, with a tiny model.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private volatile string? last;

    private TestServer(GatedModel model, Limits limits, int port)
    {
        Model = model;
        var network = new TensorNetwork(model, 1, 1, torch.CPU, null);
        var process = new ProcessDescription { Schedule = Schedule, Prediction = "epsilon", Variance = "fixed_large" };
        app = WebServer.Create(new ServerOptions
        {
            Port = port,
            Model = options =>
            {
                (options.Load, options.Title) = (() => new InferenceModel(network, process, [1, 8, 8]), "tiny");
                (options.MaxCount, options.MaxSteps, options.QueueLength) = (limits.MaxCount, limits.MaxSteps, limits.QueueLength);
            },
            Endpoints = options =>
            {
                (options.MaxBodyBytes, options.BodyTimeout) = (limits.MaxBodyBytes, limits.BodyTimeout);
                (options.KeptRuns, options.AbandonedAfter) = (limits.KeptRuns, limits.AbandonedAfter);
                options.Caller = Remember;
            },
        });
    }

    public static ReverseDiffusion Process { get; } = new(Schedule);

    public GatedModel Model { get; }

    public Uri Address => WebServer.Address(app);

    public HttpClient Client { get; private set; } = null!;

    /// <summary>Whether a run is in progress.</summary>
    public bool IsRunning => app.Services.GetRequiredService<IDdpmService>().Status.IsRunning;

    /// <summary>The last run that was begun to be watched; null before the first.</summary>
    public Job? Last => last is { } path ? Find(path.Split('/')[^1]) : null;

    private static LinearSchedule Schedule => new(100, 1e-3, 0.2);

    public static async Task<TestServer> StartAsync(bool open = true, Limits? options = null, int? classes = null, int port = 0)
    {
        var model = new GatedModel(classes);
        if (open) model.Open();
        var server = new TestServer(model, options ?? new Limits(), port);
        await server.app.StartAsync();
        server.Client = TestClient.Of(server.Address);
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
    public async IAsyncEnumerable<(string Type, JsonElement Data)> EventsAsync(string id, bool again = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}/events");
        if (again) request.Headers.Add("Last-Event-ID", "1");
        using HttpResponseMessage answer = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        await using Stream stream = await answer.Content.ReadAsStreamAsync();
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync()) yield return (
            item.EventType,
            JsonSerializer.Deserialize<JsonElement>(item.Data));
    }

    public Job Find(string id) => new(Client, id);

    /// <summary>Waits for a run to be as a test wants it.</summary>
    public async Task<Job> UntilAsync(string id, Func<JobSnapshot, bool> condition)
    {
        Job job = Find(id);
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
        Model.Dispose();
    }

    private string Remember(HttpContext context)
    {
        context.Response.OnStarting(() =>
        {
            if (context.Response.Headers.Location is [{ } location, ..]) last = location;
            return Task.CompletedTask;
        });
        return "";
    }
}
