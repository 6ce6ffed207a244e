using System.Net;
using System.Text;
using System.Text.Json;
using Ddpm.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Ddpm.Hosting.Tests.Http;

/// <summary>Nothing that a client sends is answered with the status 500.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData("""{"steps":0}""", "steps must be a whole number from 1 to 20, but is 0.")]
    [InlineData("""{"count":-4}""", "count must be a whole number from 1 to 64, but is -4.")]
    [InlineData("""{"label":44}""", "label must be a whole number from 0 to 2 or one of Bag, Boot, Shirt, but is 44.")]
    [InlineData("""{"label":["Bag",null]}""", "label must be * but is [\"Bag\",null].")]
    [InlineData("""{"label":{"a":1}}""", "label must be * but is {\"a\":1}.")]
    [InlineData("""{"guidance":1e999,"label":1}""", "guidance must be a number from 0 to 20, but is 1e999.")]
    [InlineData("""{"steps":1e30}""", "steps must be a whole number from 1 to 20, but is 1e30.")]
    [InlineData("""{"seed":1.5}""", "seed must be a whole number from 0 to 9007199254740991, but is 1.5.")]
    [InlineData("""{"sampler":"magic"}""", "sampler must be one of ddpm, *, but is \"magic\".")]
    [InlineData("""{"sampler":["ddim"]}""", "sampler must be one of ddpm, *, but is [\"ddim\"].")]
    [InlineData("""{"image":"%%%"}""", "image must be a PNG file of 8 × 8 pixels, 8 bits a channel and opaque, but is \"%%%\".")]
    [InlineData("""{"image":"AAAA"}""", "image must be * but is no PNG file.")]
    [InlineData("""{"image":3}""", "image must be * but is 3.")]
    [InlineData("""{"step":5}""", "The body must be made of the fields sampler, steps, *, but is given step too.")]
    [InlineData("""{"step":null}""", "The body must be made of the fields *, but is given step too.")]
    [InlineData("{\"a\\nb\":1,\"steps\":[\n]}", "steps must be * but is []. The body must be made of the fields *, but is given ab too.")]
    [InlineData("""[1,2]""", "The body must be a JSON object, but is [1,2].")]
    [InlineData("""null""", "The body must be a JSON object, but is null.")]
    [InlineData("", "The body is not valid JSON: *")]
    [InlineData("""{"steps":5,"steps":6}""", "The body: steps must occur once, but occurs twice.")]
    public async Task Samples_AbsurdInput_Is400WithFieldExpectedAndActual(string body, string detail)
    {
        await using TestServer server = await TestServer.StartAsync(() => TinyModels.UNet(classes: 3));
        foreach (string path in new[] { "/api/samples", "/api/jobs" })
        {
            using HttpResponseMessage answer = await server.PostAsync(path, body, "image/png");
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
            (await TestServer.JsonAsync(answer)).GetProperty("detail").GetString().Should().Match(detail);
        }
    }

    [Fact]
    public async Task Samples_ChangedAtRandom_AreNever500()
    {
        await using TestServer server = await TestServer.StartAsync(
            () => TinyModels.UNet(classes: 3), options => options.MaxBodyBytes = 4096);
        string picture = Convert.ToBase64String(PngFile.Of(new byte[64], 8, 8, 1));
        byte[] plain = Encoding.UTF8.GetBytes(
            """{"sampler":"ddim","steps":2,"eta":0.5,"spacing":"leading","count":2,"seed":7,"label":["Bag",1],"guidance":2,"toSeed":9}""");
        byte[] pictures = Encoding.UTF8.GetBytes(
            $$"""{"steps":2,"count":2,"image":"{{picture}}","strength":0.5,"toImage":"{{picture}}"}""");
        var run = new FuzzRun("hosting body", "");
        IEnumerable<byte[]> bodies = Mutations.Of(plain, Mutations.Count(300), seed: 6);
        foreach (byte[] changed in bodies.Concat(Mutations.Of(pictures, Mutations.Count(200), seed: 7)))
        {
            await run.TryAsync(changed, () => server.RefusalOfAsync(changed));
        }

        run.Require(leastRefused: 0.3);
    }

    [Fact]
    public async Task Samples_OtherKindOrLength_AreRefused()
    {
        await using TestServer server = await TestServer.StartAsync(() => TinyModels.UNet(), options => options.MaxBodyBytes = 100);
        using var text = new StringContent("{}", Encoding.UTF8, "text/plain");
        using HttpResponseMessage other = await server.Client.PostAsync("/api/samples", text);
        other.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
        (await TestServer.JsonAsync(other)).GetProperty("detail").GetString().Should()
            .StartWith("Content-Type must be application/json, but is text/plain");
        using HttpResponseMessage large = await server.PostAsync("/api/samples", $"{{\"sampler\":\"{new string('x', 200)}\"}}");
        large.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await TestServer.JsonAsync(large)).GetProperty("detail").GetString().Should().Be("The body must be at most 100 bytes.");
        (await server.Client.GetAsync("/api/samples")).StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Samples_FullQueueOrNoModel_Are503()
    {
        var network = new GatedNetwork();
        await using (TestServer server = await TestServer.StartAsync(
            services => services.AddDdpm(options => (options.Load, options.QueueLength) = (network.Model, 1)), app => app.MapDdpm()))
        {
            Task<HttpResponseMessage> running = server.PostAsync("/api/samples", """{"steps":2}""");
            await TestServer.UntilAsync(() => server.Service.Status.IsRunning, "a run");
            Task<HttpResponseMessage> waiting = server.PostAsync("/api/samples", """{"steps":2}""");
            await TestServer.UntilAsync(() => server.Service.Status.Queued == 1, "a run to wait");
            using HttpResponseMessage full = await server.PostAsync("/api/samples", "{}");
            full.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            full.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(1));
            network.Open();
            (await running).StatusCode.Should().Be(HttpStatusCode.OK);
            (await waiting).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        await using TestServer broken = await TestServer.StartAsync(() => throw new InvalidDataException("config.json is damaged."));
        using HttpResponseMessage answer = await broken.PostAsync("/api/samples", "{}");
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        JsonElement problem = await TestServer.JsonAsync(answer);
        problem.GetProperty("detail").GetString().Should().Be("The model ddpm cannot be loaded: config.json is damaged.");
    }
}
