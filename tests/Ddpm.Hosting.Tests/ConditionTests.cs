using Microsoft.Extensions.DependencyInjection;

namespace Ddpm.Hosting.Tests;

/// <summary>Models with named conditions: each picture is drawn with its row, whatever else is in the run.</summary>
public sealed class ConditionTests
{
    private const string Low = "must be a PNG file of 8 × 8 pixels, 8 bits a channel and opaque, or 64 finite numbers, or a list of 1 to "
        + "2 such rows, but is ";

    private const string Size = "Conditions[\"size\"] must be 2 finite numbers, or a list of 1 to 2 such rows, but is ";
    private static readonly byte[] Pixels = [.. Enumerable.Range(0, 192).Select(i => (byte)(i * 5))];

    public static TheoryData<SampleRequest, string> Wrong => new()
    {
        { new() { Count = 2 }, $"Conditions[\"low\"] {Low}absent. {Size}absent." },
        { Given([Grey()], []), $"{Size}a list of 0." },
        { Given([Grey()], [Of(1)]), $"{Size}1 numbers." },
        { Given([Grey()], [Of()]), $"{Size}0 numbers." },
        { Given([Grey()], [Of(1, 2), Of(1, 2, 3)]), $"{Size}3 numbers in row 1." },
        { Given([Grey()], [Of(1, 2), Of(1, 2), Of(1, 2)]), $"{Size}a list of 3 for 2 pictures." },
        { Given([Grey()], [Of(1, float.NaN)]), $"{Size}2 numbers with NaN." },
        { Given([Grey()], [Of(1, 2), Of(float.NegativeInfinity, 2)]), $"{Size}2 numbers with -Infinity in row 1." },
        { Given([Grey()], [Grey()]), $"{Size}*bytes." },
        { Given([Grey()], [null!]), $"{Size}null." },
        { Given([Grey()], null!), $"{Size}null." },
        { Given([Of(1, 2)], [Of(1, 2)]), $"Conditions[\"low\"] {Low}2 numbers." },
        {
            Given([Grey(), ConditionValue.FromPng(PictureTests.Png(new byte[12], 1, 4, 3))], [Of(1, 2)]),
            $"Conditions[\"low\"] {Low}a picture of 4 × 3 pixels in row 1."
        },
        { Given([ConditionValue.FromPng(new byte[3])], [Of(1, 2)]), $"Conditions[\"low\"] {Low}no PNG file." },
        {
            new() { Count = 2, Conditions = new Dictionary<string, IReadOnlyList<ConditionValue>> { ["high"] = [Of(1)] } },
            "Conditions[\"high\"] must be absent, for the model's conditions are low, size, but is a list of 1. *absent. *absent."
        },
        {
            Given([Grey()], [Of(1, 2)]) with { KeptConditions = ["low"] },
            "KeptConditions must be absent without Guidance, but is [\"low\"]."
        },
        {
            Given([Grey()], [Of(1, 2)]) with { Guidance = 2, KeptConditions = ["low", "lower"] },
            "KeptConditions must be a list of some of the model's conditions low, size, but is [\"low\", \"lower\"]."
        },
    };

    [Theory]
    [InlineData(1, 1.0, false)]
    [InlineData(3, 2.5, false)]
    [InlineData(3, 2.5, true)]
    public async Task Sample_WithConditions_HasTheBitsOfTheSamplersOwnRun(int channels, double guidance, bool kept)
    {
        NetworkCondition[] conditions =
        [
            NetworkCondition.Spatial("low", channels), NetworkCondition.Spatial("pair", 2), NetworkCondition.Vector("size", 2),
        ];
        InferenceModel Model() => TinyModels.UNet(classes: 3, channels: channels, conditions: conditions);
        byte[] pixels = Pixels[..(64 * channels)];
        float[][] pairs = [Noise(1, 128), Noise(2, 128), Noise(3, 128)];
        await using TestHost host = TestHost.Of(Model);
        GeneratedImages images = await host.Service.SampleAsync(new SampleRequest
        {
            Sampler = "ddim",
            Steps = 4,
            Count = 3,
            Seed = 5,
            Labels = [1],
            Conditions = new Dictionary<string, IReadOnlyList<ConditionValue>>
            {
                ["low"] = [ConditionValue.FromPng(PictureTests.Png(pixels, channels))],
                ["pair"] = [.. pairs.Select(pair => ConditionValue.FromNumbers(pair))],
                ["size"] = [Of(1, 2), Of(3, -4)],
            },
            Guidance = guidance,
            KeptConditions = kept ? ["size", "low"] : null,
        });

        using InferenceModel model = Model();
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { Steps = 4 });
        var low = new float[pixels.Length];
        for (int i = 0; i < low.Length; i++) low[(i % channels * 64) + (i / channels)] = (pixels[i] / 127.5f) - 1;
        InferenceRequest expected = new()
        {
            Count = 3,
            Seed = 5,
            Labels = [1, 1, 1],
            Conditions = new Dictionary<string, ReadOnlyMemory<float>>
            {
                ["low"] = (float[])[.. low, .. low, .. low],
                ["pair"] = (float[])[.. pairs[0], .. pairs[1], .. pairs[2]],
                ["size"] = (float[])[1, 2, 3, -4, 1, 2],
            },
            GuidanceScale = guidance,
            KeptConditions = kept ? ["low", "size"] : [],
        };
        float[] drawn = sampler.Sample(expected);
        images.Values.ToArray().Should().Equal(drawn);
        images.Settings.KeptConditions.Should().Equal(kept ? ["low", "size"] : null);
        foreach (string name in expected.Conditions.Keys)
        {
            Dictionary<string, ReadOnlyMemory<float>> without = new(expected.Conditions)
            {
                [name] = new float[expected.Conditions[name].Length],
            };
            sampler.Sample(expected with { Conditions = without }).Should().NotEqual(drawn, "the network reads {0}", name);
        }
    }

    [Fact]
    public async Task Sample_SmallRequests_ShareARunAndKeepTheirRows()
    {
        using var captured = new Ddpm.Tests.TelemetryCapture(DdpmHostingTelemetry.Source, "none");
        var gate = new GatedNetwork();
        await using var host = new TestHost(services => services
            .AddDdpm("gate", options => options.Load = gate.Model)
            .AddDdpm("unet", options => options.Load = Model));
        var unet = host.Services.GetRequiredKeyedService<IDdpmService>("unet");
        SampleRequest plain = new() { Sampler = "ddim", Steps = 4, Guidance = 2, KeptConditions = ["low"] };
        SampleRequest[] requests =
        [
            plain with { Count = 1, Seed = 1, Conditions = Rows(Grey(), Of(1, 2)) },
            plain with { Count = 3, Seed = 2, Conditions = Rows(Numbers(1), Of(3, 4), Of(5, 6)), Caller = "other" },
            plain with { Count = 2, Seed = 3, Conditions = Rows(Numbers(2), Of(-1, 0)) },
            // Guidance of another kind: a run by itself.
            plain with { Count = 2, Seed = 3, Conditions = Rows(Numbers(2), Of(-1, 0)), KeptConditions = [] },
        ];
        float[][] alone = new float[requests.Length][];
        for (int i = 0; i < requests.Length; i++) alone[i] = (await unet.SampleAsync(requests[i])).Values.ToArray();
        alone[3].Should().NotEqual(alone[2]);

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

        await TestHost.UntilAsync(() => captured.Activities.Count == 7, "seven runs");
        captured.Activities.Skip(5).Select(run => run.GetTagItem(DdpmHostingTelemetry.RequestsTag)).Should().BeEquivalentTo([3, 1]);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Sample_WrongConditions_AreNamedWithExpectedAndActual(SampleRequest request, string message)
    {
        await using TestHost host = TestHost.Of(Model);
        await host.Service.Awaiting(service => service.SampleAsync(request)).Should().ThrowAsync<SampleRequestException>()
            .WithMessage(message);
        host.Service.Status.Should().Be(new ServiceStatus(ModelState.Ready, null, true, 0, false), "nothing waits");
    }

    [Fact]
    public async Task Sample_ModelWithoutConditions_RefusesThem()
    {
        await using TestHost host = TestHost.Of(() => TinyModels.UNet(classes: 3));
        SampleRequest request = new() { Labels = [1], Guidance = 2, Conditions = Rows(Grey()), KeptConditions = ["low"] };
        await host.Service.Awaiting(service => service.SampleAsync(request)).Should().ThrowAsync<SampleRequestException>()
            .WithMessage("Conditions must be absent, for the model has no conditions, but is a dictionary. "
                + "KeptConditions must be absent, for the model has no conditions, but is [\"low\"].");
    }

    [Fact]
    public async Task Model_WithConditions_IsDescribedAndWarmedUp()
    {
        await using TestHost host = TestHost.Of(Model, options => options.WarmUp = true);
        await ((DdpmService)host.Service).WarmUpAsync(default);
        ModelInformation model = await host.Service.DescribeAsync();
        model.Conditions.Should().Equal(NetworkCondition.Spatial("low", 1), NetworkCondition.Vector("size", 2));
        model.CanGuide.Should().BeTrue("zeros stand for conditions that are absent");
    }

    private static InferenceModel Model() =>
        TinyModels.UNet(conditions: [NetworkCondition.Spatial("low", 1), NetworkCondition.Vector("size", 2)]);

    private static SampleRequest Given(IReadOnlyList<ConditionValue> low, IReadOnlyList<ConditionValue> size) => new()
    {
        Count = 2,
        Conditions = new Dictionary<string, IReadOnlyList<ConditionValue>> { ["low"] = low, ["size"] = size },
    };

    private static Dictionary<string, IReadOnlyList<ConditionValue>> Rows(ConditionValue low, params ConditionValue[] size) =>
        new() { ["low"] = [low], ["size"] = size };

    private static ConditionValue Of(params float[] numbers) => ConditionValue.FromNumbers(numbers);

    private static ConditionValue Numbers(int seed) => ConditionValue.FromNumbers(Noise(seed, 64));

    private static ConditionValue Grey() => ConditionValue.FromPng(PictureTests.Png(Pixels[..64], 1));

    private static float[] Noise(int seed, int length)
    {
        var noise = new float[length];
        new CounterBasedRandom(seed, 0, 0).FillNormal(noise);
        return noise;
    }
}
