using Microsoft.Extensions.DependencyInjection;

namespace Ddpm.Hosting.Tests;

/// <summary>What is drawn is what a sampler of the model draws.</summary>
public sealed class SamplingTests
{
    public static TheoryData<string, SampleRequest> Requests => new()
    {
        { "ddpm", new() { Steps = 5, Count = 3, Seed = 7 } },
        {
            "ddim",
            new() { Sampler = "ddim", Steps = 4, Eta = 0.5, Spacing = "leading", Count = 2, Seed = 1, Labels = [1], Guidance = 2.5 }
        },
        { "dpm-solver++", new() { Sampler = "dpm-solver++", Steps = 6, Count = 2, Seed = 2, Labels = [2, "boot"] } },
        { "ipndm", new() { Sampler = "ipndm", Steps = 6, Spacing = "trailing", Count = 1, Seed = 3 } },
        { "unipc", new() { Sampler = "unipc", Steps = 6, Count = 1, Seed = 3 } },
        { "langevin", new() { Sampler = "langevin", Steps = 4, Seed = 4 } },
        { "predictor-corrector", new() { Sampler = "predictor-corrector", Steps = 4, Seed = 5 } },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Sample_AnySampler_HasTheBitsOfTheSamplersOwnRun(string name, SampleRequest request)
    {
        await using TestHost host = TestHost.Of(() => TinyModels.UNet(classes: 3));
        GeneratedImages images = await host.Service.SampleAsync(request);

        using InferenceModel model = TinyModels.UNet(classes: 3);
        SamplingMethod method = SamplingMethod.Find(name);
        using InferenceSampler sampler = model.CreateSampler(method, new InferenceSamplerOptions
        {
            Steps = request.Steps,
            Spacing = request.Spacing is { } spacing ? KnownSpacings.Find(spacing) : null,
            Eta = request.Eta ?? 0,
        });
        long[]? labels = request.Labels?.Select(label => (long)(label.Number ?? model.ClassNames!.LabelOf(label.Name!))).ToArray();
        int count = request.Count ?? 1;
        float[] expected = sampler.Sample(new InferenceRequest
        {
            Count = count,
            Seed = request.Seed!.Value,
            Labels = labels is null ? null : [.. Enumerable.Range(0, count).Select(k => labels[k % labels.Length])],
            GuidanceScale = request.Guidance ?? 1,
        });
        images.Values.ToArray().Should().Equal(expected);
        images.Settings.Sampler.Should().Be(name);
        var pixels = new byte[64];
        PixelBytes.FromValues(expected.AsSpan(0, 64), pixels);
        images.PixelsOf(0).ToArray().Should().Equal(pixels);
        PngDecoder.Read(images.ToPng(0), 8, 8, 1).Should().Equal(pixels);
    }

    [Fact]
    public async Task Sample_SmallRequestsOfOneSetting_ShareARunAndKeepTheirBits()
    {
        using var captured = new Ddpm.Tests.TelemetryCapture(DdpmHostingTelemetry.Source, "none");
        var gate = new GatedNetwork();
        await using var host = new TestHost(services => services
            .AddDdpm("gate", options => options.Load = gate.Model)
            .AddDdpm("unet", options => options.Load = () => TinyModels.UNet(classes: 3)));
        var unet = host.Services.GetRequiredKeyedService<IDdpmService>("unet");
        SampleRequest[] requests =
        [
            new() { Sampler = "ddim", Steps = 4, Count = 1, Seed = 1 },
            new() { Sampler = "ddim", Steps = 4, Count = 3, Seed = 2, Caller = "other" },
            new() { Sampler = "ddim", Steps = 4, Count = 2, Seed = 3 },
            // Another setting, and more than a run holds: runs by themselves.
            new() { Sampler = "ddim", Steps = 5, Count = 1, Seed = 1 },
            new() { Sampler = "ddim", Steps = 4, Count = 60, Seed = 4 },
        ];
        float[][] alone = new float[requests.Length][];
        for (int i = 0; i < requests.Length; i++) alone[i] = (await unet.SampleAsync(requests[i])).Values.ToArray();

        // The worker is busy with another model until all wait.
        Task<GeneratedImages> first = host.Service.SampleAsync(new SampleRequest { Steps = 1 });
        await TestHost.UntilAsync(() => host.Service.Status.IsRunning, "the run at the gate");
        Task<GeneratedImages>[] together = [.. requests.Select(request => unet.SampleAsync(request))];
        await TestHost.UntilAsync(() => unet.Status.Queued == requests.Length, "all to wait");
        gate.Open();
        await first;

        for (int i = 0; i < requests.Length; i++)
        {
            (await together[i]).Values.ToArray().Should().Equal(alone[i], "request {0}", i);
        }

        await TestHost.UntilAsync(() => captured.Activities.Count == 9, "nine runs");
        captured.Activities.Skip(6).Select(run => run.GetTagItem(DdpmHostingTelemetry.RequestsTag)).Should().BeEquivalentTo([3, 1, 1]);
    }

    [Fact]
    public void Sample_NetworkWhosePlansDifferByRows_SharesNoRunThatWouldChangeBits()
    {
        // 1 × 1 pixels at the lowest level and large weights: a sample alone goes another way than eight.
        using InferenceModel model = TinyModels.UNet(multipliers: [1, 2, 4, 16]);
        model.RowsOfOneWay(8, 8).Should().BeGreaterThan(1);
        TinyModels.UNet().RowsOfOneWay(8, 8).Should().Be(1, "small weights are transformed in any case");
        new GatedNetwork().Model().RowsOfOneWay(8, 8).Should().Be(int.MaxValue, "nothing is known of it");
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { Steps = 2 });
        int least = model.RowsOfOneWay(8, 8);
        float[] few = sampler.Sample(new InferenceRequest { Count = least, Seed = 1 });
        float[] many = sampler.Sample(new InferenceRequest { Count = 3 * least, Seed = 1 });
        many.AsSpan(0, few.Length).SequenceEqual(few).Should().BeTrue("from {0} rows on, all batches go one way", least);
    }

    [Fact]
    public async Task Stream_WholeRun_ShowsTheRunAndEndsWithItsPictures()
    {
        var network = new GatedNetwork();
        await using TestHost host = TestHost.Gated(network);
        var request = new SampleRequest { Sampler = "ddim", Steps = 10, Count = 2, Seed = 3, PreviewEvery = 1 };
        var previews = new List<SamplingPreview>();
        await foreach (SamplingPreview preview in host.Service.StreamAsync(request))
        {
            previews.Add(preview);
            network.Permit(1);
        }

        previews.Select(preview => preview.Step).Should().BeInAscendingOrder().And.StartWith([0, 1, 2, 3]);
        previews.Should().OnlyContain(preview => preview.Steps == 10 && preview.Xt.Count == 2);
        previews[1..^1].Should().OnlyContain(
            preview => preview.Result == null && preview.X0!.Count == 2 && preview.Timestep == 21 - 2 * preview.Step);
        var noise = new float[64];
        new CounterBasedRandom(3, 1, 0).FillNormal(noise);
        previews[0].Xt.Values[64..].ToArray().Should().Equal(noise, "the run begins with the seed's own noise");
        network.Open();
        (await host.Service.SampleAsync(request)).Values.ToArray().Should().Equal(previews[^1].Result!.Values.ToArray());
    }

    [Fact]
    public async Task Stream_SlowReader_SeesTheLatestAndDelaysNothing()
    {
        var network = new GatedNetwork().Permit(1);
        await using TestHost host = TestHost.Gated(network);
        await using IAsyncEnumerator<SamplingPreview> stream =
            host.Service.StreamAsync(new SampleRequest { Sampler = "ddim", Steps = 20, PreviewEvery = 1 }).GetAsyncEnumerator();
        (await stream.MoveNextAsync()).Should().BeTrue();
        stream.Current.Should().Match<SamplingPreview>(preview => preview.Step == 0 && preview.X0 == null);
        (await stream.MoveNextAsync()).Should().BeTrue();
        stream.Current.Step.Should().Be(1);
        network.Permit(14);
        await TestHost.UntilAsync(() => network.Calls == 15, "fifteen calls");
        await stream.MoveNextAsync();
        stream.Current.Step.Should().BeGreaterThanOrEqualTo(14, "those between are skipped");
        network.Open();
    }

    [Fact]
    public async Task Stream_ReaderLeaves_StopsTheRun()
    {
        var network = new GatedNetwork().Permit(2);
        await using TestHost host = TestHost.Gated(network);
        await foreach (SamplingPreview preview in host.Service.StreamAsync(new SampleRequest { Steps = 20, PreviewEvery = 1 })) break;
        network.Open();
        await TestHost.UntilAsync(() => !host.Service.Status.IsRunning, "the worker to rest");
        network.Calls.Should().BeLessThan(5);
    }
}
