using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Ddpm.Web.Tests.Http;

/// <summary>A run stops when its last watcher leaves.</summary>
public sealed class LeavingTests
{
    private static readonly Limits Impatient = new() { AbandonedAfter = TimeSpan.FromMilliseconds(100) };

    [Fact]
    public async Task Cancel_RunInProgress_StopsItWithinAStep()
    {
        await using TestServer server = await TestServer.StartAsync(open: false);
        string id = await server.SubmitAsync(new { steps = 50 });
        server.Model.Permit(3);
        await server.UntilAsync(id, snapshot => snapshot.Step == 3);

        (await server.Client.DeleteAsync($"/api/jobs/{id}")).StatusCode.Should().Be(HttpStatusCode.NoContent);

        (await server.Client.GetFromJsonAsync<JsonElement>($"/api/jobs/{id}")).GetProperty("state").GetString().Should().Be("cancelled");
        server.Model.Open();
        await UntilIdle(server);
        server.Model.Calls.Should().BeLessThanOrEqualTo(4, "the step in progress was the last");
        (await server.Client.GetAsync($"/api/jobs/{id}/grid.png")).StatusCode.Should().Be(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Cancel_RunThatWaits_FreesItsPlace()
    {
        await using TestServer server = await TestServer.StartAsync(open: false, new Limits { QueueLength = 1 });
        string running = await server.SubmitAsync(new { steps = 2 });
        await server.UntilAsync(running, snapshot => snapshot.State == JobState.Running);
        string waiting = await server.SubmitAsync(new { steps = 2 });
        (await server.Client.PostAsJsonAsync("/api/jobs", new { steps = 2 })).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);

        await server.Client.DeleteAsync($"/api/jobs/{waiting}");

        string next = await server.SubmitAsync(new { steps = 2 });
        server.Model.Open();
        await server.UntilAsync(next, snapshot => snapshot.State == JobState.Finished);
        server.Model.Calls.Should().Be(4, "the cancelled run never began");
    }

    [Fact]
    public async Task Events_OnlyWatcherLeaves_StopsTheRun()
    {
        await using TestServer server = await TestServer.StartAsync(open: false, Impatient);
        string id = await server.SubmitAsync(new { steps = 90 });
        await foreach ((string type, _) in server.EventsAsync(id))
        {
            server.Model.Permit(1);
            if (type == "running") break;
        }

        Job job = await server.UntilAsync(id, snapshot => snapshot.IsOver);
        job.Snapshot.State.Should().Be(JobState.Cancelled);
        job.Snapshot.Reason.Should().Be("Nobody was watching any more.");
        server.Model.Open();
        await UntilIdle(server);
        server.Model.Calls.Should().BeLessThan(90);
    }

    [Fact]
    public async Task Events_OneOfTwoWatchersLeaves_TheRunGoesOn()
    {
        // Long enough for the first answer of a server that has just started.
        Limits limits = Impatient with { AbandonedAfter = TimeSpan.FromSeconds(1) };
        await using TestServer server = await TestServer.StartAsync(open: false, limits);
        string id = await server.SubmitAsync(new { steps = 5 });
        Job job = server.Find(id);
        bool left = false;
        await foreach ((string Type, JsonElement Data) staying in server.EventsAsync(id))
        {
            if (!left && staying.Type == "running")
            {
                left = true;
                await foreach (var leaving in server.EventsAsync(id)) break;
                await Task.Delay(2 * limits.AbandonedAfter);
                job.Snapshot.IsOver.Should().BeFalse();
                server.Model.Open();
            }
        }

        job.Snapshot.State.Should().Be(JobState.Finished);
    }

    [Fact]
    public async Task Events_LineDropsAndIsTakenUpAgain_TheRunGoesOn()
    {
        await using TestServer server = await TestServer.StartAsync(open: false);
        string id = await server.SubmitAsync(new { steps = 5, count = 1 });
        server.Model.Permit(2);
        await server.UntilAsync(id, snapshot => snapshot.Step == 2);
        await foreach (var first in server.EventsAsync(id)) break;

        var events = new List<(string Type, JsonElement Data)>();
        await foreach ((string, JsonElement) again in server.EventsAsync(id, again: true))
        {
            events.Add(again);
            server.Model.Open();
        }

        events[0].Data.GetProperty("job").GetProperty("step").GetInt32().Should().Be(2, "the stream begins with what is to be seen now");
        events[0].Data.GetProperty("preview").GetString().Should().StartWith("data:image/png;base64,");
        events[^1].Type.Should().Be("finished");
        (await server.Client.GetStringAsync($"/api/jobs/{id}/events")).Should()
            .Contain("retry: 500\n", "browsers are to come back before the run is given up");
    }

    [Fact]
    public async Task Submit_NobodyEverWatches_TheRunIsGivenUp()
    {
        await using TestServer server = await TestServer.StartAsync(open: false, Impatient);
        string id = await server.SubmitAsync(new { steps = 90 });
        (await server.UntilAsync(id, snapshot => snapshot.IsOver)).Snapshot.State.Should().Be(JobState.Cancelled);
    }

    [Fact]
    public async Task Samples_CallerHangsUp_StopsTheRun()
    {
        await using TestServer server = await TestServer.StartAsync(open: false);
        using var hangUp = new CancellationTokenSource();
        Task<HttpResponseMessage> call = server.Client.PostAsJsonAsync("/api/samples", new { steps = 50 }, hangUp.Token);
        server.Model.Permit(2);
        await TestServer.UntilAsync(() => server.Model.Calls == 2, () => "the second step");

        await hangUp.CancelAsync();

        await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
        // The server hears of it a little later.
        while (server.IsRunning)
        {
            server.Model.Permit(1);
            await Task.Delay(10);
        }

        server.Model.Calls.Should().BeLessThan(50);
    }

    [Fact]
    public async Task Stop_RunInProgress_EndsItsStreamAtOnce()
    {
        await using TestServer server = await TestServer.StartAsync(open: false);
        string id = await server.SubmitAsync(new { steps = 90 });
        Task? stopping = null;
        string last = "";
        await foreach ((string type, _) in server.EventsAsync(id))
        {
            last = type;
            stopping ??= server.StopAsync();
        }

        last.Should().Be("cancelled");
        server.Model.Open();
        await stopping!;
    }

    private static Task UntilIdle(TestServer server) =>
        TestServer.UntilAsync(() => !server.IsRunning, () => "the worker is busy");
}
