using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Ddpm.Core;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Web.Tests.Http;

public sealed class RunTests
{
    [Fact]
    public async Task Events_WholeRun_StreamsPreviewsAndEndsWithTheSamplersPictures()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.SubmitAsync(new { sampler = "ddim", steps = 10, seed = 7, count = 3 });
        var events = new List<(string Type, JsonElement Data)>();
        await foreach ((string, JsonElement) item in server.EventsAsync(id)) events.Add(item);

        events[^1].Type.Should().Be("finished");
        events.Select(item => item.Type).Should().OnlyContain(type => type == "queued" || type == "running" || type == "finished");
        int[] steps = [.. events.Select(item => item.Data.GetProperty("job").GetProperty("step").GetInt32())];
        steps.Should().BeInAscendingOrder();
        // Trailing spacing of 10 from 100 steps: 99, 89 … 9.
        foreach ((_, JsonElement data) in events.Where(item => item.Data.GetProperty("job").TryGetProperty("timestep", out _)))
        {
            JsonElement job = data.GetProperty("job");
            job.GetProperty("timestep").GetInt32().Should().Be(109 - 10 * job.GetProperty("step").GetInt32());
        }

        JsonElement[] previews = [.. events.Select(item => item.Data).Where(data => data.TryGetProperty("preview", out _))];
        previews.Should().NotBeEmpty();
        byte[] lastPreview = Convert.FromBase64String(
            previews[^1].GetProperty("preview").GetString()!.Replace("data:image/png;base64,", "", StringComparison.Ordinal));
        previews[^1].GetProperty("previewColumns").GetInt32().Should().Be(2);

        // The same without the server.
        using Tensor expected = Expected(server, new DdimSampler(server.Model, Respaced(10)), seed: 7, count: 3);
        JsonElement links = events[^1].Data.GetProperty("job").GetProperty("links");
        links.GetProperty("images").GetArrayLength().Should().Be(3);
        for (int k = 0; k < 3; k++)
        {
            using HttpResponseMessage answer = await server.Client.GetAsync(links.GetProperty("images")[k].GetString());
            answer.Content.Headers.ContentType!.MediaType.Should().Be("image/png");
            answer.Content.Headers.ContentDisposition!.FileName.Should().Be($"ddpm-ddim-10-seed7-00{k}.png");
            using Tensor image = Decode(await answer.Content.ReadAsByteArrayAsync()), one = expected[k].clone();
            image.Equals(one).Should().BeTrue("picture {0}", k);
        }

        // The last estimate of a deterministic sampler is its sample: two columns, two rows, one place empty.
        using Tensor sheet = Decode(lastPreview), third = sheet.slice(1, 8, 16, 1).slice(2, 0, 8, 1), last = expected[2].clone();
        sheet.shape.Should().Equal(1, 16, 16);
        third.Equals(last).Should().BeTrue();
        using Tensor grid = Decode(await server.Client.GetByteArrayAsync(links.GetProperty("grid").GetString()));
        grid.shape.Should().Equal(1, 2 * (64 + 2) + 2, 2 * (64 + 2) + 2);
    }

    [Fact]
    public async Task Archive_FinishedRun_HoldsPicturesAndSettings()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.SubmitAsync(new { sampler = "ddpm", steps = 5, seed = 11, count = 2 });
        await server.UntilAsync(id, snapshot => snapshot.State == JobState.Finished);

        using var archive = new ZipArchive(new MemoryStream(await server.Client.GetByteArrayAsync($"/api/jobs/{id}/images.zip")));
        archive.Entries.Select(entry => entry.FullName).Should().Equal("000.png", "001.png", "grid.png", "settings.json");
        using Stream settings = archive.GetEntry("settings.json")!.Open();
        JsonElement made = await JsonSerializer.DeserializeAsync<JsonElement>(settings);
        (
            made.GetProperty("sampler").GetString(),
            made.GetProperty("steps").GetInt32(),
            made.GetProperty("seed").GetInt64(),
            made.GetProperty("count").GetInt32()).Should().Be(("ddpm", 5, 11L, 2));
        using Stream entry = archive.GetEntry("001.png")!.Open();
        using var copy = new MemoryStream();
        await entry.CopyToAsync(copy);
        copy.ToArray().Should().Equal(await server.Client.GetByteArrayAsync($"/api/jobs/{id}/images/1.png"));
    }

    [Fact]
    public async Task Samples_ForPrograms_AnswersWithPicturesThatTheSeedRepeats()
    {
        await using TestServer server = await TestServer.StartAsync();
        async Task<string[]> Draw(object settings)
        {
            using HttpResponseMessage answer = await server.Client.PostAsJsonAsync("/api/samples", settings);
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            body.GetProperty("job").GetProperty("state").GetString().Should().Be("finished");
            return [.. body.GetProperty("images").EnumerateArray().Select(image => image.GetString()!)];
        }

        string[] first = await Draw(new { sampler = "dpm-solver++", steps = 6, seed = 1, count = 2 });
        string[] again = await Draw(new { sampler = "dpm-solver++", steps = 6, seed = 1, count = 2 });
        string[] other = await Draw(new { sampler = "ipndm", steps = 6, seed = 2, count = 2 });

        first.Should().Equal(again).And.NotEqual(other);
        SamplerEntry entry = KnownSamplers.Find("dpm-solver++");
        using Tensor expected = Expected(server, entry.Create(server.Model, entry.Respace(TestServer.Process, 6)), 1, 2);
        using Tensor image = Decode(Convert.FromBase64String(first[1])), one = expected[1].clone();
        image.Equals(one).Should().BeTrue();
    }

    [Fact]
    public async Task Samples_EverySampler_IsTheTablesEntry()
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach (SamplerEntry entry in KnownSamplers.All)
        {
            object settings = new { sampler = entry.Name, steps = 7, seed = 3, count = 1 };
            using HttpResponseMessage answer = await server.Client.PostAsJsonAsync("/api/samples", settings);
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            using Tensor expected = Expected(server, entry.Create(server.Model, entry.Respace(TestServer.Process, 7)), 3, 1);
            using Tensor image = Decode(Convert.FromBase64String(body.GetProperty("images")[0].GetString()!)), one = expected[0].clone();
            image.Equals(one).Should().BeTrue(entry.Name);
        }
    }

    [Fact]
    public async Task Samples_NothingAskedFor_UsesDefaultsWithinTheLimits()
    {
        await using TestServer server = await TestServer.StartAsync(options: new Limits { MaxCount = 3, MaxSteps = 4 });
        using HttpResponseMessage answer = await server.Client.PostAsJsonAsync("/api/samples", new { });
        JsonElement job = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job");
        (job.GetProperty("sampler").GetString(), job.GetProperty("steps").GetInt32(), job.GetProperty("count").GetInt32()).Should()
            .Be(("ddpm", 4, 3));
    }

    [Fact]
    public async Task Samples_ClassWithGuidance_IsTheGuidedSamplers()
    {
        await using TestServer server = await TestServer.StartAsync(classes: 3);
        using HttpResponseMessage answer = await server.Client.PostAsJsonAsync(
            "/api/samples",
            new { sampler = "ddim", steps = 5, seed = 4, count = 2, label = 2, guidance = 3.5 });
        JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        body.GetProperty("job").GetProperty("label").GetInt32().Should().Be(2);

        using Tensor samples = new DdimSampler(new GuidedModel(server.Model.Network, 3.5), Respaced(5))
            .Sample(
                new SamplingRequest
                {
                    Count = 2,
                    SampleShape = [1, 8, 8],
                    Noise = new PerSampleNoise(4),
                    Labels = [2],
                    SamplesPerLabel = 2,
                });
        using Tensor expected = PixelConversion.ToBytes(samples);
        using Tensor one = expected[1].clone();
        using Tensor image = Decode(Convert.FromBase64String(body.GetProperty("images")[1].GetString()!));
        image.Equals(one).Should().BeTrue();
    }

    [Fact]
    public async Task Runs_TwoClientsAtOnce_BothGetTheirOwn()
    {
        await using TestServer server = await TestServer.StartAsync(open: false);
        string first = await server.SubmitAsync(new { sampler = "ddim", steps = 4, seed = 1, count = 1 });
        await server.UntilAsync(first, snapshot => snapshot.State == JobState.Running);
        string second = await server.SubmitAsync(new { sampler = "ddim", steps = 4, seed = 2, count = 1 });
        string third = await server.SubmitAsync(new { sampler = "ddim", steps = 4, seed = 3, count = 1 });

        async Task<List<(string Type, JsonElement Data)>> Follow(string id, Action? begun = null)
        {
            var events = new List<(string, JsonElement)>();
            await foreach ((string Type, JsonElement) item in server.EventsAsync(id))
            {
                if (events.Count == 0) begun?.Invoke();
                events.Add(item);
            }

            return events;
        }

        Task<List<(string Type, JsonElement Data)>> one = Follow(first), two = Follow(second);
        List<(string Type, JsonElement Data)> three = await Follow(third, server.Model.Open);
        three[0].Data.GetProperty("job").GetProperty("position").GetInt32().Should().Be(1, "one run waits before it");
        foreach (List<(string Type, JsonElement Data)> events in new[] { await one, await two, three })
        {
            events[^1].Type.Should().Be("finished");
        }

        var pictures = new List<byte[]>();
        foreach (string id in new[] { first, second, third })
        {
            byte[] png = await server.Client.GetByteArrayAsync($"/api/jobs/{id}/images/0.png");
            using Tensor image = Decode(png);
            using Tensor expected = Expected(server, new DdimSampler(server.Model, Respaced(4)), pictures.Count + 1, 1);
            using Tensor picture = expected[0].clone();
            image.Equals(picture).Should().BeTrue();
            pictures.Add(png);
        }

        pictures[0].Should().NotEqual(pictures[1]);
    }

    [Fact]
    public async Task Runs_OneAfterTheOther_LeaveNoTensorBehind()
    {
        await using TestServer server = await TestServer.StartAsync();
        for (int run = 0; run < 4; run++)
        {
            string id = await server.SubmitAsync(new { sampler = "ddpm", steps = 5, seed = run, count = 2 });
            await server.UntilAsync(id, snapshot => snapshot.IsOver);
        }

        long[] atStart = [.. server.Model.LiveTensors.Chunk(5).Select(calls => calls[0])];
        atStart.Should().HaveCount(4).And.OnlyContain(live => live == atStart[0]);
    }

    [Fact]
    public async Task Run_ModelFails_SaysSoAndTheNextOneWorks()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Model.Instead = xt => xt * double.NaN;
        string id = await server.SubmitAsync(new { steps = 4 });
        JsonElement last = default;
        await foreach ((string type, JsonElement data) in server.EventsAsync(id)) last = data;
        last.GetProperty("job").GetProperty("state").GetString().Should().Be("failed");
        last.GetProperty("job").GetProperty("reason").GetString().Should().StartWith("x_{t-1} became NaN at t = 3");
        using HttpResponseMessage program = await server.Client.PostAsJsonAsync("/api/samples", new { steps = 4 });
        program.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await program.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString().Should().StartWith("x_{t-1} became NaN");

        server.Model.Instead = null;
        await server.UntilAsync(await server.SubmitAsync(new { steps = 4 }), snapshot => snapshot.State == JobState.Finished);
    }

    internal static Tensor Decode(byte[] png)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, png);
            return ImageFile.Load(path, grayscale: true);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ReverseDiffusion Respaced(int steps) => TestServer.Process.Respace(steps);

    private static Tensor Expected(TestServer server, DiffusionSampler sampler, long seed, int count)
    {
        using Tensor samples = sampler.Sample(
            new SamplingRequest { Count = count, SampleShape = [1, 8, 8], Noise = new PerSampleNoise(seed) });
        return PixelConversion.ToBytes(samples);
    }
}
