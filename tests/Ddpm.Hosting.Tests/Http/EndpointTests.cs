using System.IO.Compression;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Ddpm.Hosting.Tests.Http;

/// <summary>The endpoints give what the service draws, in every form.</summary>
public sealed class EndpointTests
{
    private const string Four = """{"sampler":"ddim","steps":4,"count":4,"seed":7,"label":"boot","guidance":2}""";

    [Fact]
    public async Task Samples_EveryForm_HoldsThePicturesOfTheService()
    {
        await using TestServer server = await TestServer.StartAsync(() => TinyModels.UNet(classes: 3));
        GeneratedImages expected = await server.Service.SampleAsync(
            new SampleRequest { Sampler = "ddim", Steps = 4, Count = 4, Seed = 7, Labels = ["Boot"], Guidance = 2 });

        JsonElement body = await TestServer.JsonAsync(await server.PostAsync("/api/samples", Four));
        body.GetProperty("images").EnumerateArray().Select(image => image.GetBytesFromBase64()).Should()
            .BeEquivalentTo(Enumerable.Range(0, 4).Select(expected.ToPng), order => order.WithStrictOrdering());
        JsonElement job = body.GetProperty("job");
        (job.GetProperty("state").GetString(), job.GetProperty("label").GetInt32(), job.GetProperty("guidance").GetDouble()).Should()
            .Be(("finished", 1, 2.0));
        string[] links = [.. job.GetProperty("links").GetProperty("images").EnumerateArray().Select(link => link.GetString()!)];
        (await server.Client.GetByteArrayAsync(links[2])).Should().Equal(expected.ToPng(2));

        using HttpResponseMessage sheet = await server.PostAsync("/api/samples", Four, "image/png");
        sheet.Content.Headers.ContentType!.MediaType.Should().Be("image/png");
        sheet.Content.Headers.ContentDisposition!.FileName.Should().Be("ddpm-ddim-4-seed7-grid.png");
        (await sheet.Content.ReadAsByteArrayAsync()).Should().Equal(expected.ToPngSheet(2, 2, 8));
        using HttpResponseMessage one = await server.PostAsync(
            "/api/samples", Four.Replace("\"count\":4", "\"count\":1", StringComparison.Ordinal), "image/*;q=0.9, application/json;q=0.1");
        (await one.Content.ReadAsByteArrayAsync()).Should().Equal(expected.ToPng(0));

        using HttpResponseMessage zip = await server.PostAsync("/api/samples", Four, "application/zip");
        using var archive = new ZipArchive(await zip.Content.ReadAsStreamAsync());
        archive.Entries.Select(entry => entry.FullName).Should()
            .Equal("000.png", "001.png", "002.png", "003.png", "grid.png", "settings.json");
    }

    [Fact]
    public async Task Samples_AsEvents_ShowPreviewsAndEndWithThePictures()
    {
        await using TestServer server = await TestServer.StartAsync(() => TinyModels.UNet(classes: 3));
        using HttpResponseMessage answer = await server.PostAsync("/api/samples", Four, "text/event-stream");
        List<(string Type, JsonElement Data)> events = await EventsAsync(answer);
        JsonElement start = events.First(item => item.Type == "running" && item.Data.TryGetProperty("noisy", out _)).Data;
        (start.GetProperty("job").GetProperty("step").GetInt32(), start.TryGetProperty("preview", out _)).Should().Be((0, false));
        events[^1].Type.Should().Be("finished");
        events[^1].Data.GetProperty("images").GetArrayLength().Should().Be(4);
        JsonElement[] previews = [.. events.Select(item => item.Data).Where(data => data.TryGetProperty("preview", out _))];
        previews.Should().NotBeEmpty().And.OnlyContain(data => data.GetProperty("previewColumns").GetInt32() == 2
            && data.GetProperty("noisy").GetString()!.StartsWith("data:image/png;base64,"));
    }

    [Fact]
    public async Task Jobs_WholeLife_IsShownAndFetched()
    {
        var network = new GatedNetwork();
        await using TestServer server = await TestServer.StartAsync(network.Model);
        using HttpResponseMessage accepted = await server.PostAsync("/api/jobs", """{"sampler":"ddim","steps":3,"count":2}""");
        accepted.StatusCode.Should().Be(HttpStatusCode.Accepted);
        string path = accepted.Headers.Location!.ToString();
        using HttpResponseMessage early = await server.Client.GetAsync($"{path}/grid.png");
        early.StatusCode.Should().Be(HttpStatusCode.Conflict);
        Task<HttpResponseMessage> watching = server.Client.GetAsync($"{path}/events");
        network.Open();
        (await EventsAsync(await watching))[^1].Type.Should().Be("finished");
        (await server.Client.GetAsync($"{path}/images/1.png")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await TestServer.JsonAsync(await server.Client.GetAsync($"{path}/images/2.png"))).GetProperty("detail").GetString().Should()
            .Be("The picture's number must be 0 … 1, but is 2.");
        (await server.Client.GetAsync("/api/jobs/none")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task Samples_CallerHangsUp_StopsWithinAStep(string kind)
    {
        var network = new GatedNetwork().Permit(2);
        await using TestServer server = await TestServer.StartAsync(network.Model);
        using var hangUp = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/samples")
        {
            Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd(kind);
        Task<HttpResponseMessage> call = server.Client.SendAsync(request, hangUp.Token);
        await TestServer.UntilAsync(() => network.Calls == 2, "two steps");
        await hangUp.CancelAsync();
        await call.Invoking(async task => await task).Should().ThrowAsync<OperationCanceledException>();
        // The server learns of it a little later; the run then ends with the step in progress.
        await TestServer.UntilAsync(() => { network.Permit(1); return !server.Service.Status.IsRunning; }, "the worker to rest");
        network.Calls.Should().BeLessThan(20);
    }

    [Fact]
    public async Task Models_Several_AreMappedUnderTheirPaths()
    {
        await using TestServer server = await TestServer.StartAsync(
            services => services.AddDdpm("grey", options => options.Load = () => TinyModels.UNet())
                .AddDdpm("colour", options => options.Load = () => TinyModels.UNet(channels: 3)),
            app =>
            {
                app.MapGroup("/v1").MapDdpm("/grey");
                app.MapDdpm("/colour", "colour");
            });
        (await TestServer.JsonAsync(await server.Client.GetAsync("/v1/grey/model"))).GetProperty("channels").GetInt32().Should().Be(1);
        (await TestServer.JsonAsync(await server.Client.GetAsync("/colour/model"))).GetProperty("channels").GetInt32().Should().Be(3);
        JsonElement job = (await TestServer.JsonAsync(await server.PostAsync("/v1/grey/samples", """{"count":1,"steps":2}""")))
            .GetProperty("job");
        string grid = job.GetProperty("links").GetProperty("grid").GetString()!;
        grid.Should().StartWith("/v1/grey/jobs/");
        (await server.Client.GetAsync(grid)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Endpoints_ForDescriptionsOfTheApi_SayWhatTheyTakeAndGive()
    {
        await using TestServer server = await TestServer.StartAsync(() => TinyModels.UNet());
        server.Endpoints.Should().HaveCount(9).And.OnlyContain(endpoint =>
            endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>() != null
            && endpoint.Metadata.GetMetadata<System.Reflection.MethodInfo>() != null
            && endpoint.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>().Count >= 2);
        server.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType).Where(type => type is not null)
            .Should().Equal(typeof(SampleBody), typeof(SampleBody));
    }

    private static async Task<List<(string Type, JsonElement Data)>> EventsAsync(HttpResponseMessage answer)
    {
        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        var events = new List<(string, JsonElement)>();
        await foreach (SseItem<string> item in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            using JsonDocument document = JsonDocument.Parse(item.Data);
            events.Add((item.EventType, document.RootElement.Clone()));
        }

        return events;
    }
}
