using System.Net.Http.Json;
using System.Text.Json;

namespace Ddpm.Web.Tests.Http;

public sealed class ServiceTests
{
    [Fact]
    public async Task Page_ItsFiles_AreServedFromTheProgramAlone()
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach ((string path, string type) in new[]
            {
                ("/", "text/html"),
                ("/page.css", "text/css"),
                ("/page.js", "text/javascript"),
                ("/form.js", "text/javascript"),
                ("/conditions.js", "text/javascript"),
                ("/icon.svg", "image/svg+xml"),
            })
        {
            using HttpResponseMessage answer = await server.Client.GetAsync(path);
            answer.IsSuccessStatusCode.Should().BeTrue(path);
            answer.Content.Headers.ContentType!.MediaType.Should().Be(type);
            answer.Headers.GetValues("Content-Security-Policy").Should().ContainSingle().Which.Should().StartWith("default-src 'none'");
            answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
            (await answer.Content.ReadAsStringAsync()).Should().NotBeEmpty();
        }
    }

    [Fact]
    public async Task Model_IsDescribedWithItsLimits()
    {
        await using TestServer server = await TestServer.StartAsync(options: new Limits { MaxSteps = 30 }, classes: 4);
        JsonElement model = await server.Client.GetFromJsonAsync<JsonElement>("/api/model");
        (
            model.GetProperty("height").GetInt32(),
            model.GetProperty("channels").GetInt32(),
            model.GetProperty("timesteps").GetInt32(),
            model.GetProperty("classes").GetInt32()).Should().Be((8, 1, 100, 4));
        (model.GetProperty("maxSteps").GetInt32(), model.GetProperty("maxCount").GetInt32(), model.GetProperty("guidance").GetBoolean())
            .Should().Be((30, 64, true));
        model.GetProperty("samplers").EnumerateArray()
            .Select(sampler => (sampler.GetProperty("name").GetString(), sampler.GetProperty("defaultSteps").GetInt32())).Should()
            .Equal(
                ("ddpm", 30), ("ddim", 30), ("dpm-solver++", 20), ("ipndm", 20), ("unipc", 20), ("langevin", 30),
                ("predictor-corrector", 30));
    }

    [Fact]
    public async Task Health_Idle_IsOk()
    {
        await using TestServer server = await TestServer.StartAsync();
        (await server.Client.GetFromJsonAsync<JsonElement>("/health")).ToString().Should()
            .Be("""{"status":"ok","queued":0,"running":false}""");
    }
}
