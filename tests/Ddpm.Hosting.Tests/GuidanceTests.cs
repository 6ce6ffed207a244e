using System.Text.Json;

namespace Ddpm.Hosting.Tests;

/// <summary>Guidance away from a weaker model, and guidance at some timesteps.</summary>
public sealed class GuidanceTests
{
    private static readonly GuidanceInterval Middle = new(5, 12);

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public async Task Sample_WeakerModel_HasTheBitsOfTheSamplersOwnRun(int? label)
    {
        await using TestHost host = Autoguided();
        SampleRequest request = new() { Sampler = "ddim", Steps = 6, Count = 2, Seed = 4, Labels = label is { } k ? [k] : null };
        GeneratedImages alone = await host.Service.SampleAsync(request),
            guided = await host.Service.SampleAsync(request with { Guidance = 2 }),
            sometimes = await host.Service.SampleAsync(request with { Guidance = 2, GuidanceInterval = Middle });

        using InferenceModel model = TinyModels.UNet(classes: 3), weak = TinyModels.UNet(classes: 3, seed: 4);
        using InferenceSampler sampler =
            model.CreateSampler(SamplingMethod.Ddim, new InferenceSamplerOptions { Steps = 6, WeakModel = weak });
        var own = new InferenceRequest { Count = 2, Seed = 4, Labels = label is { } number ? [number, number] : null };
        alone.Values.ToArray().Should().Equal(sampler.Sample(own));
        guided.Values.ToArray().Should().Equal(sampler.Sample(own with { GuidanceScale = 2 }));
        sometimes.Values.ToArray().Should().Equal(sampler.Sample(own with { GuidanceScale = 2, GuidanceInterval = Middle }))
            .And.NotEqual(guided.Values.ToArray()).And.NotEqual(alone.Values.ToArray());
        (sometimes.Settings.Guidance, sometimes.Settings.GuidanceInterval).Should().Be((2, Middle));
    }

    [Fact]
    public async Task Describe_WeakerModel_IsSaid()
    {
        await using TestHost guided = Autoguided(), plain = TestHost.Of(() => TinyModels.UNet(classes: 3, nullLabel: false));
        ModelInformation model = await guided.Service.DescribeAsync();
        (model.CanGuide, model.IsAutoguided, model.NeedsClass).Should().Be((true, true, false));
        model = await plain.Service.DescribeAsync();
        (model.CanGuide, model.IsAutoguided, model.NeedsClass).Should().Be((false, false, true));
    }

    [Fact]
    public async Task Sample_IntervalOfAnotherRequest_IsARunOfItsOwn()
    {
        await using TestHost host = Autoguided();
        SampleRequest request = new() { Sampler = "ddim", Steps = 6, Count = 1, Seed = 4, Guidance = 2 };
        GeneratedImages[] together = await Task.WhenAll(
            host.Service.SampleAsync(request), host.Service.SampleAsync(request with { GuidanceInterval = Middle }),
            host.Service.SampleAsync(request), host.Service.SampleAsync(request with { GuidanceInterval = new GuidanceInterval(5, 12) }));
        together[2].Values.ToArray().Should().Equal(together[0].Values.ToArray());
        together[3].Values.ToArray().Should().Equal(together[1].Values.ToArray()).And.NotEqual(together[0].Values.ToArray());
    }

    public static TheoryData<SampleRequest, string> Wrong => new()
    {
        { new() { GuidanceInterval = Middle }, "GuidanceInterval must be absent without Guidance, but is 5 … 12." },
        {
            new() { Guidance = 2, GuidanceInterval = new GuidanceInterval(0, 20) },
            "GuidanceInterval must be a list of the first and the last timestep with guidance, 0 to 19, but is 0 … 20."
        },
        {
            new() { Guidance = 2, KeptConditions = [] },
            "KeptConditions must be absent, for guidance leads away from a weaker model, which is given all conditions, but is []."
        },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Sample_WrongFields_AreNamed(SampleRequest request, string message)
    {
        await using TestHost host = Autoguided();
        await host.Service.Awaiting(service => service.SampleAsync(request)).Should().ThrowAsync<SampleRequestException>()
            .WithMessage(message);
    }

    [Theory]
    [InlineData("{\"guidance\":2,\"guidanceInterval\":[5,12]}", null)]
    [InlineData("{\"guidance\":2,\"guidanceInterval\":[12,5]}", "[12,5]")]
    [InlineData("{\"guidance\":2,\"guidanceInterval\":[5]}", "[5]")]
    [InlineData("{\"guidance\":2,\"guidanceInterval\":[5,1.5]}", "[5,1.5]")]
    [InlineData("{\"guidance\":2,\"guidanceInterval\":\"5-12\"}", "\"5-12\"")]
    public void Read_Json_IsTheIntervalOrNamesTheField(string body, string? shown)
    {
        using var model = new Held(new ServedModel("m", TinyModels.UNet(), TinyModels.UNet(seed: 4), new DdpmOptions()));
        using JsonDocument json = JsonDocument.Parse(body);
        Func<RunSettings> read = () => RequestReader.Read(new RequestFields(json.RootElement), model.Model, defaultCount: 1);
        if (shown is null) read().Sample.GuidanceInterval.Should().Be(Middle);
        else
        {
            read.Should().Throw<SampleRequestException>().WithMessage(
                $"guidanceInterval must be a list of the first and the last timestep with guidance, 0 to 19, but is {shown}.");
        }
    }

    [Fact]
    public async Task Load_WeakerModelOfAnotherKind_SaysWhatDiffers()
    {
        await using TestHost host = TestHost.Of(() => TinyModels.UNet(classes: 3), options =>
        {
            options.Title = "clothes";
            options.LoadWeak = () => TinyModels.UNet();
        });
        await host.Service.Awaiting(service => service.SampleAsync()).Should().ThrowAsync<ModelUnavailableException>().WithMessage(
            "*The model of LoadWeak: the weaker model must have the classes of clothes, 3, but has 0.");
    }

    [Fact]
    public async Task Validate_Options_NameTheWeakerFolder()
    {
        await using TestHost missing = TestHost.Of(() => TinyModels.UNet(), options => options.WeakFolder = "nowhere"),
            both = TestHost.Of(() => TinyModels.UNet(), options => (options.WeakFolder, options.LoadWeak) = (".", () => TinyModels.UNet()));
        await missing.Service.Awaiting(service => service.SampleAsync()).Should().ThrowAsync<Exception>().WithMessage(
            "*DdpmOptions.WeakFolder of the model * must be the path of a folder that exists, but is nowhere.");
        await both.Service.Awaiting(service => service.SampleAsync()).Should().ThrowAsync<Exception>().WithMessage(
            "*DdpmOptions.WeakFolder of the model * must be absent where LoadWeak is given, but is ..");
    }

    private static TestHost Autoguided() =>
        TestHost.Of(() => TinyModels.UNet(classes: 3), options => options.LoadWeak = () => TinyModels.UNet(classes: 3, seed: 4));

    private sealed class Held(ServedModel model) : IDisposable
    {
        public ServedModel Model => model;

        public void Dispose() => model.Release();
    }
}
