using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Ddpm.Hosting.Tests.Http;

/// <summary>ASP.NET Core's own description of the endpoints.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task Description_OfAllEndpoints_HasBodiesAnswersAndProblems()
    {
        await using TestServer server = await TestServer.StartAsync(
            services => services.AddOpenApi().AddDdpm(options => options.Load = () => TinyModels.UNet()),
            app =>
            {
                app.MapOpenApi();
                app.MapDdpm("/clothes");
            });
        using JsonDocument document = JsonDocument.Parse(await server.Client.GetByteArrayAsync("/openapi/v1.json"));
        JsonElement paths = document.RootElement.GetProperty("paths");
        paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject(), (path, method) => $"{method.Name} {path.Name}").Order()
            .Should().Equal(
                "delete /clothes/jobs/{id}", "get /clothes/jobs/{id}", "get /clothes/jobs/{id}/events", "get /clothes/jobs/{id}/grid.png",
                "get /clothes/jobs/{id}/images.zip", "get /clothes/jobs/{id}/images/{number}.png", "get /clothes/model",
                "post /clothes/jobs", "post /clothes/samples");
        JsonElement draw = paths.GetProperty("/clothes/samples").GetProperty("post");
        draw.GetProperty("summary").GetString().Should().NotBeNullOrEmpty();
        JsonElement answers = draw.GetProperty("responses");
        answers.GetProperty("200").GetProperty("content").EnumerateObject().Select(kind => kind.Name).Should()
            .BeEquivalentTo("application/json", "image/png", "application/zip", "text/event-stream");
        answers.GetProperty("400").GetProperty("content").TryGetProperty("application/problem+json", out _).Should().BeTrue();
        document.RootElement.GetRawText().Should().Contain("resamples", "the fields of a request are described");
    }
}
