using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Ddpm.Hosting.Tests.Http;

/// <summary>Requests of every odd kind: each is answered with a problem of its own status below 500, and the next one is drawn.</summary>
public sealed class OddRequestTests
{
    private const string Json = "application/json";

    private static readonly string[] Bodies =
    [
        // Nothing, or no JSON.
        "", " \n", "{", "{}{}", "\"steps\"", "true", "NaN", "{'steps':2}", "{\"steps\":NaN}", "{\"steps\":Infinity}", "{\"steps\":+2}",
        "{\"steps\":2,}", "{\"sampler\":\"\\ud800\"}", "{\"sampler\":\"\u0000\"}", "{/**/}", "{\"label\":[[[[[[1]]]]]]}",
        // Kinds that are not the field's.
        "{\"steps\":\"5\"}", "{\"steps\":true}", "{\"steps\":[5]}", "{\"steps\":{}}", "{\"count\":\"NaN\"}", "{\"seed\":\"1\"}",
        "{\"sampler\":5}", "{\"sampler\":\"\"}", "{\"sampler\":\"DDIM\"}", "{\"spacing\":false}", "{\"eta\":\"0.5\",\"sampler\":\"ddim\"}",
        "{\"guidance\":\"NaN\",\"label\":1}", "{\"guidance\":[2],\"label\":1}", "{\"label\":1.5}", "{\"label\":true}", "{\"label\":[]}",
        "{\"label\":\"Bag\\u0000\"}", "{\"strength\":\"1\"}", "{\"image\":{}}", "{\"previewEvery\":\"all\"}", "{\"width\":\"8\"}",
        // Out of range.
        "{\"steps\":-1}", "{\"steps\":21}", "{\"steps\":2147483648}", "{\"steps\":99999999999999999999999999}", "{\"steps\":1.0000001}",
        "{\"count\":0}", "{\"count\":1e9}", "{\"seed\":-1}", "{\"seed\":9007199254740992}", "{\"seed\":1e400}",
        "{\"toSeed\":-1,\"count\":2}",
        "{\"eta\":1.0001,\"sampler\":\"ddim\"}", "{\"eta\":-1e-300,\"sampler\":\"ddim\"}", "{\"guidance\":-1,\"label\":1}",
        "{\"guidance\":1e308,\"label\":1}", "{\"label\":-1}", "{\"label\":3}", "{\"label\":1e99}", "{\"label\":\"Hat\"}",
        "{\"label\":[0,1,2,0]}",
        "{\"width\":0}", "{\"height\":-8}", "{\"height\":1000000000}", "{\"previewEvery\":0}", "{\"previewEvery\":-3}", "{\"resamples\":1}",
        // Fields that do not go together.
        "{\"eta\":0.5}", "{\"guidance\":2}", "{\"toSeed\":3,\"count\":1}", "{\"strength\":0.5}", "{\"toImage\":\"AAAA\"}",
        "{\"mask\":\"AAAA\"}",
        "{\"signalToNoise\":0.1}", "{\"stepsPerLevel\":1,\"sampler\":\"ddim\"}",
        // Langevin steps.
        "{\"sampler\":\"langevin\",\"signalToNoise\":0}", "{\"sampler\":\"langevin\",\"signalToNoise\":1}",
        "{\"sampler\":\"langevin\",\"signalToNoise\":1e-9}", "{\"sampler\":\"langevin\",\"stepsPerLevel\":0}",
        "{\"sampler\":\"langevin\",\"steps\":2,\"stepsPerLevel\":1}", "{\"sampler\":\"predictor-corrector\",\"signalToNoise\":\"NaN\"}",
        "{\"sampler\":\"predictor-corrector\",\"signalToNoise\":-1}", "{\"sampler\":\"predictor-corrector\",\"stepsPerLevel\":1e6}",
        // Pictures: no base64, no PNG, the signature alone, a header of 2^31 - 1 pixels, another size, a mask that is none.
        "{\"image\":\"\"}", "{\"image\":\"a\"}", "{\"image\":\"data:image/png;base64,AAAA\"}", "{\"image\":\"_-_-\"}",
        "{\"image\":\"R0lGODlh\"}",
        "{\"image\":\"iVBORw0KGgo=\"}", "{\"image\":\"iVBORw0KGgoAAAANSUhEUn////9/////CAAAAAAAAAAA\"}", $"{{\"image\":\"{Png(4, 4)}\"}}",
        $"{{\"image\":\"{Png(8, 8)}\",\"strength\":0}}", $"{{\"image\":\"{Png(8, 8)}\",\"strength\":1e-400}}",
        $"{{\"image\":\"{Png(8, 8)}\",\"toImage\":\"{Png(8, 8)}\",\"count\":1}}", $"{{\"image\":\"{Png(8, 8)}\",\"toSeed\":3}}",
        $"{{\"image\":\"{Png(8, 8)}\",\"mask\":\"{Png(8, 7)}\"}}",
        $"{{\"image\":\"{Png(8, 8)}\",\"mask\":\"{Png(8, 8)}\",\"resamples\":21}}",
        $"{{\"image\":\"{Png(8, 8)}\",\"mask\":\"{Png(8, 8)}\",\"sampler\":\"langevin\"}}",
        $"{{\"image\":\"{Png(8, 8)}\",\"mask\":\"{Png(8, 8)}\",\"strength\":0.5}}",
        // Names.
        "{\"\":1}", "{\"Steps\":5}", "{\"__proto__\":{}}", "{\"caller\":\"me\"}", "{\"steps\":5,\"steps\":5}",
    ];

    [Fact]
    public async Task Samples_OddBodies_Are400AndTheNextIsDrawn()
    {
        await using TestServer server = await TestServer.StartAsync(() => TinyModels.UNet(classes: 3), options => options.DefaultCount = 3);
        foreach ((string path, string body) in Bodies.SelectMany(body => new[] { ("/api/samples", body), ("/api/jobs", body) }))
        {
            using HttpResponseMessage answer = await server.PostAsync(path, body);
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest, "the body is {0}", body);
            (await TestServer.JsonAsync(answer)).GetProperty("detail").GetString().Should().NotBeNullOrEmpty();
        }

        (await server.PostAsync("/api/samples", "{\"steps\":1,\"count\":1}")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Samples_OddBytesAndKinds_AreRefused()
    {
        await using TestServer server = await TestServer.StartAsync(() => TinyModels.UNet(), options => options.MaxBodyBytes = 1000);
        async Task<int> Send(byte[] bytes, string? kind, Action<HttpContentHeaders>? more = null, string path = "/api/samples")
        {
            using var content = new ByteArrayContent(bytes);
            if (kind is not null) content.Headers.TryAddWithoutValidation("Content-Type", kind).Should().BeTrue();
            more?.Invoke(content.Headers);
            using HttpResponseMessage answer = await server.Client.PostAsync(path, content);
            if (path == "/api/samples" && answer.StatusCode != HttpStatusCode.OK)
            {
                answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
            }

            return (int)answer.StatusCode;
        }

        byte[] good = Encoding.UTF8.GetBytes("{\"steps\":1,\"count\":1}");
        string?[] kinds = [null, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json", "a/b/c"];
        foreach (string? kind in kinds)
        {
            (await Send(good, kind)).Should().Be(415, "the kind is {0}", kind);
        }

        (await Send(good, Json)).Should().Be(200);
        (await Send(good, "application/json; charset=nonsense")).Should().Be(200);
        (await Send(Encoding.Unicode.GetBytes("{\"steps\":1}"), "application/json; charset=utf-16")).Should().Be(400);
        (await Send([0xFF, 0xFE, 0x00], Json)).Should().Be(400);
        (await Send([.. "{\"sampler\":\""u8, 0xC3, 0x28, .. "\"}"u8], Json)).Should().Be(400);
        (await Send([0x1F, 0x8B, 8, 0], Json, headers => headers.ContentEncoding.Add("gzip"))).Should().Be(400);
        (await Send(new byte[1001], Json)).Should().Be(413);
        (await Send([.. "{\"label\":["u8, .. Encoding.UTF8.GetBytes(string.Join(',', Enumerable.Repeat(1, 490))), .. "]}"u8], Json))
            .Should().Be(400);
        foreach (string path in new[] { "/api/samples/1", "/api", "/api/model", "/api/jobs/1", "/api/jobs/1/images/0.png" })
        {
            (await Send(good, Json, path: path)).Should().BeOneOf(404, 405);
        }
    }

    [Fact]
    public async Task Jobs_OddNamesOfRunsAndPictures_AreNotFound()
    {
        await using TestServer server = await TestServer.StartAsync(() => TinyModels.UNet());
        using HttpResponseMessage accepted = await server.PostAsync("/api/jobs", """{"steps":1,"count":1}""");
        string run = accepted.Headers.Location!.ToString();
        (await server.Client.GetStringAsync($"{run}/events")).Should().Contain("event: finished");
        foreach (string id in new[] { "0", "%2e%2e", "%252e", "a%20b", new string('x', 2000), "☃", "'", "%22%3Cscript%3E" })
        {
            foreach (string end in new[] { "", "/events", "/grid.png", "/images.zip", "/images/0.png" })
            {
                (await server.Client.GetAsync($"/api/jobs/{id}{end}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
            }

            (await server.Client.DeleteAsync($"/api/jobs/{id}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        }

        foreach (string number in new[] { "1", "-1", "+0", "0.0", "1e0", "99999999999999999999", "NaN", "x" })
        {
            (await server.Client.GetAsync($"{run}/images/{number}.png")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        }

        (await server.Client.GetAsync($"{run}/images/0.png")).StatusCode.Should().Be(HttpStatusCode.OK);
        using var odd = new HttpRequestMessage(HttpMethod.Get, $"{run}/grid.png");
        odd.Headers.TryAddWithoutValidation("Accept", "nonsense;;q=x, \u0001");
        odd.Headers.TryAddWithoutValidation("Range", "bytes=9-1");
        ((int)(await server.Client.SendAsync(odd)).StatusCode).Should().BeLessThan(500);
    }

    private static string Png(int width, int height) =>
        Convert.ToBase64String(PictureTests.Png(new byte[width * height], 1, width, height));
}
