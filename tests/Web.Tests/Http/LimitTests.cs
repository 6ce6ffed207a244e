using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Ddpm.Hosting;
using Ddpm.Tests;

namespace Ddpm.Web.Tests.Http;

public sealed class LimitTests
{
    [Theory]
    [InlineData("""{"steps":0}""", "steps", "steps must be a whole number from 1 to 100, but is 0.")]
    [InlineData("""{"steps":101}""", "steps", "steps must be a whole number from 1 to 100, but is 101.")]
    [InlineData("""{"steps":1e30}""", "steps", "steps must be a whole number from 1 to 100, but is 1e30.")]
    [InlineData("""{"steps":2.5}""", "steps", "steps must be a whole number from 1 to 100, but is 2.5.")]
    [InlineData("""{"steps":"many"}""", "steps", "steps must be a whole number from 1 to 100, but is \"many\".")]
    [InlineData("""{"count":-1}""", "count", "count must be a whole number from 1 to 64, but is -1.")]
    [InlineData("""{"count":1000000}""", "count", "count must be a whole number from 1 to 64, but is 1000000.")]
    [InlineData("""{"seed":-5}""", "seed", "seed must be a whole number from 0 to 9007199254740991, but is -5.")]
    [InlineData(
        """{"sampler":"magic"}""",
        "sampler",
        "sampler must be one of ddpm, ddim, dpm-solver++, ipndm, unipc, langevin, predictor-corrector, but is \"magic\".")]
    [InlineData(
        """{"sampler":{"a":[1]}}""",
        "sampler",
        "sampler must be one of ddpm, ddim, dpm-solver++, ipndm, unipc, langevin, predictor-corrector, but is {\"a\":[1]}.")]
    [InlineData("""{"label":1}""", "label", "label must be absent, for the model knows no classes, but is 1.")]
    [InlineData("""{"guidance":2}""", "guidance", "guidance must be absent, for the model cannot be guided, but is 2.")]
    [
        InlineData(
            """{"step":5}""",
            "The body",
            "The body must be made of the fields sampler, steps, spacing, eta, signalToNoise, stepsPerLevel, count, seed, label, guidance, "
                + "guidanceInterval, toSeed, height, width, image, toImage, mask, strength, resamples, conditions, keptConditions, "
                + "previewEvery, but is given step too."),
    ]
    [InlineData("""[1,2]""", "The body", "The body must be a JSON object, but is [1,2].")]
    public async Task Submit_AbsurdInput_Is400WithFieldExpectedAndActual(string body, string field, string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach (string path in new[] { "/api/jobs", "/api/samples" })
        {
            using HttpResponseMessage answer = await server.Client.PostAsync(
                path,
                new StringContent(body, Encoding.UTF8, "application/json"));
            JsonElement problem = await Problem(answer, HttpStatusCode.BadRequest);
            problem.GetProperty("detail").GetString().Should().Be(message);
            JsonElement error = problem.GetProperty("errors").EnumerateArray().Should().ContainSingle().Subject;
            error.GetProperty("field").GetString().Should().Be(field);
            message.Should().Contain(error.GetProperty("expected").GetString()).And.Contain(error.GetProperty("actual").GetString());
        }

        server.Model.Calls.Should().Be(0);
    }

    [Fact]
    public async Task Submit_ClassesOfAModelThatKnowsSome_AreChecked()
    {
        await using TestServer server = await TestServer.StartAsync(classes: 3);
        using HttpResponseMessage answer = await server.Client.PostAsJsonAsync("/api/jobs", new { label = 3, guidance = 21 });
        (await Problem(answer, HttpStatusCode.BadRequest)).GetProperty("detail").GetString().Should()
            .Be("label must be a whole number from 0 to 2, but is 3. guidance must be a number from 0 to 20, but is 21.");
    }

    [Fact]
    public async Task Submit_NoJson_IsRefusedWithTheReason()
    {
        await using TestServer server = await TestServer.StartAsync();
        async Task<JsonElement> Post(string body, string type, HttpStatusCode code) =>
            await Problem(await server.Client.PostAsync("/api/jobs", new StringContent(body, Encoding.UTF8, type)), code);
        (await Post("{}", "text/plain", HttpStatusCode.UnsupportedMediaType)).GetProperty("detail").GetString().Should()
            .StartWith("Content-Type must be application/json, but is text/plain");
        (await Post("{\"steps\":", "application/json", HttpStatusCode.BadRequest)).GetProperty("title").GetString().Should()
            .Be("The body is not valid JSON.");
        (await Post("[[[[[[]]]]]]", "application/json", HttpStatusCode.BadRequest)).GetProperty("title").GetString().Should()
            .Be("The body is not valid JSON.");
        (await Post($"{{\"sampler\":\"{new string('x', 5000)}\"}}", "application/json", HttpStatusCode.RequestEntityTooLarge))
            .GetProperty("detail").GetString().Should().Be("The body must be at most 4096 bytes.");
        string echoed = (await Post($"{{\"sampler\":\"{new string('x', 2000)}\"}}", "application/json", HttpStatusCode.BadRequest))
            .GetProperty("detail").GetString()!;
        echoed.Length.Should().BeLessThan(200, "an error does not send everything back");
    }

    [Theory]
    [InlineData("""{"steps":5,"steps":6}""", "The body: steps must occur once, but occurs twice.")]
    [InlineData("""{"steps":5,"st\u0065ps":6}""", "The body: steps must occur once, but occurs twice.")]
    [InlineData("""{"\ud800":1}""", "The body must hold valid Unicode, but a text is not*")]
    [InlineData("""{"sampler":"\ud800"}""", "The body must hold valid Unicode, but a text in sampler is not*")]
    [InlineData("""{"steps":5} x""", "The body is not valid JSON: *")]
    [InlineData("""{"steps":5,}""", "The body is not valid JSON: *")]
    [InlineData("", "The body is not valid JSON: *")]
    [InlineData("\0", "The body is not valid JSON: *")]
    public async Task Submit_JsonThatIsNotStrict_Is400WithTheReason(string body, string detail)
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach (string path in new[] { "/api/jobs", "/api/samples" })
        {
            using HttpResponseMessage answer = await server.Client.PostAsync(
                path,
                new StringContent(body, Encoding.UTF8, "application/json"));
            (await Problem(answer, HttpStatusCode.BadRequest)).GetProperty("detail").GetString().Should().Match(detail);
        }

        server.Model.Calls.Should().Be(0);
    }

    [Fact]
    public async Task Submit_NullFields_AreDefaults()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage answer = await server.Client.PostAsync(
            "/api/samples",
            new StringContent("""{"sampler":null,"steps":2,"count":1,"seed":null,"label":null}""", Encoding.UTF8, "application/json"));
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Submit_BodyThatStalls_Is408()
    {
        await using TestServer server = await TestServer.StartAsync(
            options: new Limits { BodyTimeout = TimeSpan.FromMilliseconds(50) });
        foreach (string path in new[] { "/api/jobs", "/api/samples" })
        {
            // A length is promised, and half of it comes.
            using var client = new TcpClient(server.Address.Host, server.Address.Port);
            await using NetworkStream stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{{\"st"));
            using var reader = new StreamReader(stream);
            (await reader.ReadLineAsync()).Should().StartWith("HTTP/1.1 408 ");
            while (await reader.ReadLineAsync() is { Length: > 0 } header)
            {
                if (header.StartsWith("Content-Type", StringComparison.Ordinal)) header.Should().EndWith("application/problem+json");
            }

            (await reader.ReadLineAsync()).Should().NotBeNull();
        }
    }

    [Fact]
    public async Task Submit_BrokenChunks_Are400()
    {
        await using TestServer server = await TestServer.StartAsync();
        using var client = new TcpClient(server.Address.Host, server.Address.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "POST /api/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"));
        using var reader = new StreamReader(stream);
        (await reader.ReadLineAsync()).Should().StartWith("HTTP/1.1 400 ");
    }

    [Fact]
    public async Task Problems_AreJson_WhateverTheCallerAccepts()
    {
        await using TestServer server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/nothing");
        request.Headers.Accept.ParseAdd("text/html");
        await Problem(await server.Client.SendAsync(request), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Submit_FiftyAtOnce_AreBoundedByTheQueue()
    {
        using var telemetry = new TelemetryCapture("none", DdpmHostingTelemetry.Meter);
        await using TestServer server = await TestServer.StartAsync(
            open: false,
            new Limits { QueueLength = 5, AbandonedAfter = TimeSpan.FromMinutes(5) });
        string first = await server.SubmitAsync(new { steps = 2 });
        await server.UntilAsync(first, snapshot => snapshot.State == JobState.Running);

        HttpResponseMessage[] answers = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => server.Client.PostAsJsonAsync("/api/jobs", new { steps = 2 })));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted).Should().Be(5);
        HttpResponseMessage[] refused = [.. answers.Where(answer => answer.StatusCode != HttpStatusCode.Accepted)];
        foreach (HttpResponseMessage answer in refused)
        {
            answer.Headers.RetryAfter!.Delta.Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
            (await Problem(answer, HttpStatusCode.ServiceUnavailable)).GetProperty("detail").GetString().Should()
                .StartWith("5 runs are waiting, which is all that may.");
        }

        (await server.Client.GetFromJsonAsync<JsonElement>("/health")).ToString().Should()
            .Be("""{"status":"ok","queued":5,"running":true}""");
        telemetry.Values(DdpmHostingTelemetry.RefusedRequests).Sum().Should().Be(45);

        // All that were taken in are done, and there is room again.
        server.Model.Open();
        foreach (HttpResponseMessage answer in answers.Where(answer => answer.StatusCode == HttpStatusCode.Accepted))
        {
            string id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
            await server.UntilAsync(id, snapshot => snapshot.State == JobState.Finished);
        }

        await server.UntilAsync(await server.SubmitAsync(new { steps = 2 }), snapshot => snapshot.State == JobState.Finished);
        await TestServer.UntilAsync(() => telemetry.Values(DdpmHostingTelemetry.RunDuration).Length == 7, () => "seven durations");
    }

    [Fact]
    public async Task Pictures_OfMoreRunsThanAreKept_AreForgotten()
    {
        await using TestServer server = await TestServer.StartAsync(options: new Limits { KeptRuns = 2 });
        var ids = new List<string>();
        for (int run = 0; run < 4; run++)
        {
            ids.Add(await server.SubmitAsync(new { steps = 2, count = 1 }));
            await server.UntilAsync(ids[^1], snapshot => snapshot.State == JobState.Finished);
        }

        (await Problem(await server.Client.GetAsync($"/api/jobs/{ids[0]}/grid.png"), HttpStatusCode.NotFound)).GetProperty("detail")
            .GetString().Should().Contain(ids[0]);
        (await server.Client.GetAsync($"/api/jobs/{ids[3]}/grid.png")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Paths_ThatAreNot_AreProblemsToo()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.SubmitAsync(new { steps = 2, count = 1 });
        await server.UntilAsync(id, snapshot => snapshot.State == JobState.Finished);
        await Problem(await server.Client.GetAsync("/api/nothing"), HttpStatusCode.NotFound);
        await Problem(await server.Client.GetAsync("/api/jobs/none"), HttpStatusCode.NotFound);
        await Problem(await server.Client.GetAsync("/api/jobs/none/events"), HttpStatusCode.NotFound);
        await Problem(await server.Client.DeleteAsync("/api/jobs/none"), HttpStatusCode.NotFound);
        await Problem(await server.Client.GetAsync("/api/samples"), HttpStatusCode.MethodNotAllowed);
        (await Problem(await server.Client.GetAsync($"/api/jobs/{id}/images/1.png"), HttpStatusCode.NotFound)).GetProperty("detail")
            .GetString().Should().Be("The picture's number must be 0 … 0, but is 1.");
        await Problem(await server.Client.GetAsync($"/api/jobs/{id}/images/-1.png"), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Requests_UnderAnotherHostsName_AreRefused()
    {
        await using TestServer server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/model") { Headers = { Host = "evil.example" } };
        await Problem(await server.Client.SendAsync(request), HttpStatusCode.BadRequest);
        server.Address.Host.Should().Be("127.0.0.1");
    }

    private static async Task<JsonElement> Problem(HttpResponseMessage answer, HttpStatusCode code)
    {
        answer.StatusCode.Should().Be(code);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        JsonElement problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("status").GetInt32().Should().Be((int)code);
        return problem;
    }
}
