using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Ddpm.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Ddpm.Hosting.Tests.Http;

/// <summary>Conditions over HTTP: pictures in base64, numbers, and lists of either.</summary>
public sealed class ConditionEndpointTests
{
    private static readonly byte[] Picture = PictureTests.Png([.. Enumerable.Range(0, 64).Select(i => (byte)(i * 4))], 1);
    private static readonly string Base64 = Convert.ToBase64String(Picture);
    private static readonly float[] Numbers = [.. Enumerable.Range(0, 64).Select(i => i / 32f)];

    private static readonly string Flat =
        string.Join(',', Numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)));

    [Fact]
    public async Task Samples_ConditionsInEveryForm_AreThoseOfTheService()
    {
        await using TestServer server = await TestServer.StartAsync(Model);
        ConditionValue picture = ConditionValue.FromPng(Picture), numbers = ConditionValue.FromNumbers(Numbers);
        ConditionValue size = ConditionValue.FromNumbers(0.5f, -1), other = ConditionValue.FromNumbers(2, 3e-3f);
        (string Low, string Size, ConditionValue[] Lows, ConditionValue[] Sizes)[] forms =
        [
            ($"\"{Base64}\"", "[0.5,-1]", [picture], [size]),
            ($"[{Flat}]", "[[0.5,-1]]", [numbers], [size]),
            ($"[\"{Base64}\",[{Flat}]]", "[[0.5,-1],[2,3e-3]]", [picture, numbers], [size, other]),
        ];
        foreach ((string low, string vector, ConditionValue[] lows, ConditionValue[] sizes) in forms)
        {
            GeneratedImages expected = await server.Service.SampleAsync(new SampleRequest
            {
                Sampler = "ddim",
                Steps = 3,
                Count = 3,
                Seed = 7,
                Guidance = 2,
                KeptConditions = ["size"],
                Conditions = new Dictionary<string, IReadOnlyList<ConditionValue>> { ["low"] = lows, ["size"] = sizes },
            });
            JsonElement body = await TestServer.JsonAsync(await server.PostAsync("/api/samples",
                $$$"""
                {"sampler":"ddim","steps":3,"count":3,"seed":7,"guidance":2,"keptConditions":["size"],
                 "conditions":{"low":{{{low}}},"size":{{{vector}}}}}
                """));
            body.GetProperty("images").EnumerateArray().Select(image => image.GetBytesFromBase64()).Should()
                .BeEquivalentTo(Enumerable.Range(0, 3).Select(expected.ToPng), order => order.WithStrictOrdering());
            body.GetProperty("job").GetProperty("keptConditions").ToString().Should().Be("[\"size\"]");
        }
    }

    [Theory]
    [InlineData("null", "conditions.low", "absent")]
    [InlineData("3", "conditions", "3")]
    [InlineData("[1]", "conditions", "[1]")]
    [InlineData("{}", "conditions.low", "absent")]
    [InlineData("""{"low":null,"size":[1,2]}""", "conditions.low", "null")]
    [InlineData("""{"low":0,"size":[1,2]}""", "conditions.low", "0")]
    [InlineData("""{"low":"%%%","size":[1,2]}""", "conditions.low", "\"%%%\"")]
    [InlineData("""{"low":"AAAA","size":[1,2]}""", "conditions.low", "no PNG file")]
    [InlineData("""{"low":{"a":1},"size":[1,2]}""", "conditions.low", "{\"a\":1}")]
    [InlineData("""{"low":[],"size":[1,2]}""", "conditions.low", "[]")]
    [InlineData("""{"low":[[]],"size":[1,2]}""", "conditions.low", "[]")]
    [InlineData("""{"low":[1,2,null],"size":[1,2]}""", "conditions.low", "a list of 3 for 2 pictures")]
    [InlineData("""{"low":[1,null],"size":[1,2]}""", "conditions.low", "1 in row 0")]
    [InlineData("""{"low":"PICTURE","size":[1,2,3]}""", "conditions.size", "3 numbers")]
    [InlineData("""{"low":"PICTURE","size":"PICTURE"}""", "conditions.size", "\"iVBOR*")]
    [InlineData("""{"low":"PICTURE","size":[1,1e39]}""", "conditions.size", "2 numbers with Infinity")]
    [InlineData("""{"low":"PICTURE","size":[[1,2],[1e400,2]]}""", "conditions.size", "2 numbers with Infinity in row 1")]
    [InlineData("""{"low":"PICTURE","size":[1,2],"siz\ne":null}""", "conditions.size", "null")]
    public async Task Samples_WrongConditions_Are400WithFieldExpectedAndActual(string conditions, string field, string actual)
    {
        await using TestServer server = await TestServer.StartAsync(Model);
        string body = $"{{\"count\":2,\"steps\":2,\"conditions\":{conditions.Replace("PICTURE", Base64, StringComparison.Ordinal)}}}";
        foreach (string path in new[] { "/api/samples", "/api/jobs" })
        {
            using HttpResponseMessage answer = await server.PostAsync(path, body.Replace("\n", "\\n", StringComparison.Ordinal));
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            JsonElement error = (await TestServer.JsonAsync(answer)).GetProperty("errors")[0];
            error.GetProperty("field").GetString().Should().Be(field);
            error.GetProperty("expected").GetString().Should().NotBeEmpty();
            error.GetProperty("actual").GetString().Should().Match(actual);
        }

        server.Service.Status.Should().Be(new ServiceStatus(ModelState.Ready, null, true, 0, false));
    }

    [Fact]
    public async Task Samples_ConditionsChangedAtRandom_AreNever500()
    {
        await using TestServer server = await TestServer.StartAsync(Model, options => options.MaxBodyBytes = 4096);
        byte[] good = Encoding.UTF8.GetBytes(
            $$$"""{"steps":1,"count":2,"conditions":{"low":["{{{Base64}}}",[{{{Flat}}}]],"size":[1,2]}}""");
        var run = new FuzzRun("hosting conditions", "");
        foreach (byte[] changed in Mutations.Of(good, Mutations.Count(100), seed: 8))
        {
            await run.TryAsync(changed, () => server.RefusalOfAsync(changed));
        }

        run.Require(leastRefused: 0.3);
    }

    [Fact]
    public async Task Model_ItsConditions_AreDescribed()
    {
        await using TestServer server = await TestServer.StartAsync(
            services => services.AddOpenApi().AddDdpm(options => options.Load = Model),
            app =>
            {
                app.MapOpenApi();
                app.MapDdpm();
            });
        JsonElement model = await TestServer.JsonAsync(await server.Client.GetAsync("/api/model"));
        model.GetProperty("conditions").ToString().Should().Be(
            """[{"name":"low","kind":"spatial","channels":1,"height":8,"width":8},{"name":"size","kind":"vector","channels":2}]""");
        using JsonDocument document = JsonDocument.Parse(await server.Client.GetByteArrayAsync("/openapi/v1.json"));
        JsonElement fields = document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("SampleBody")
            .GetProperty("properties");
        fields.GetProperty("conditions").GetProperty("type").EnumerateArray().Select(type => type.GetString()).Should().Contain("object");
        fields.GetProperty("keptConditions").GetProperty("items").GetProperty("type").GetString().Should().Be("string");
    }

    private static InferenceModel Model() =>
        TinyModels.UNet(conditions: [NetworkCondition.Spatial("low", 1), NetworkCondition.Vector("size", 2)]);
}
