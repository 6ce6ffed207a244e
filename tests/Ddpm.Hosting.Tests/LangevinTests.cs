using System.Net;
using System.Text.Json;
using Ddpm.Hosting.Tests.Http;

namespace Ddpm.Hosting.Tests;

/// <summary>Langevin steps as requests ask for them: drawn as the sampler does, or refused before they begin.</summary>
public sealed class LangevinTests
{
    [Theory]
    [InlineData("langevin", 0.5, 12)]
    [InlineData("predictor-corrector", 0.05, 3)]
    public async Task Sample_WithSettings_HasTheBitsOfTheSamplersOwnRun(string sampler, double ratio, int count)
    {
        await using TestHost host = TestHost.Of(() => TinyModels.UNet());
        var request = new SampleRequest { Sampler = sampler, Steps = 6, Seed = 4, SignalToNoise = ratio, StepsPerLevel = count };
        GeneratedImages images = await host.Service.SampleAsync(request);

        using InferenceModel model = TinyModels.UNet();
        SamplingMethod method = SamplingMethod.Find(sampler);
        using InferenceSampler own = model.CreateSampler(method, new InferenceSamplerOptions
        {
            Steps = 6,
            Langevin = method == SamplingMethod.Langevin
                ? LangevinOptions.Annealing(new DiffusionCoefficients(method.Respace(model.Schedule, 6)), ratio, count)
                : new LangevinOptions { SignalToNoise = ratio, StepsPerLevel = count },
        });
        images.Values.ToArray().Should().Equal(own.Sample(new InferenceRequest { Seed = 4 }));
        (images.Settings.SignalToNoise, images.Settings.StepsPerLevel).Should().Be((ratio, count));
        (await host.Service.SampleAsync(request with { SignalToNoise = null, StepsPerLevel = null })).Values.ToArray().Should()
            .NotEqual(images.Values.ToArray());
    }

    [Fact]
    public async Task Sample_EverySamplerSpacingAndNumberOfSteps_IsDrawnOrRefusedByField()
    {
        int drawn = 0, unstable = 0;
        await using TestHost host = TestHost.Of(Coarse);
        ModelInformation model = await host.Service.DescribeAsync();
        foreach (SampleRequest request in from sampler in model.Samplers
                                          from spacing in model.Spacings
                                          from steps in Enumerable.Range(1, model.Timesteps)
                                          select new SampleRequest { Sampler = sampler.Name, Spacing = spacing, Steps = steps, Seed = 1 })
        {
            try
            {
                await host.Service.SampleAsync(request);
                drawn++;
            }
            catch (SampleRequestException refused)
            {
                if (refused.Message.Contains("Langevin steps", StringComparison.Ordinal)) unstable++;
            }
        }

        drawn.Should().BeGreaterThan(150);
        unstable.Should().BeGreaterThan(3);
    }

    [Theory]
    [InlineData(4, null, null, "Steps must be larger, for 100 Langevin steps at each of these noise levels do not suffice, but is 4.")]
    [InlineData(8, 1e-300, null, "SignalToNoise must be larger, or Steps larger, for 100 Langevin steps * do not suffice, but is 1E-300.")]
    [InlineData(8, 0.8, null, "SignalToNoise must be at most √½ for the sampler langevin, where a longer step overshoots, but is 0.8.")]
    [InlineData(8, null, 1, "StepsPerLevel must be at least * at these noise levels, for fewer steps let the noise grow, but is 1.")]
    [InlineData(8, null, 101, "StepsPerLevel must be a whole number from 1 to 100, but is 101.")]
    [InlineData(8, double.NaN, null, "SignalToNoise must be a number above 0 and at most 1, but is NaN.")]
    public async Task Sample_UnstableOrOutOfRange_SaysWhatIsNeeded(int steps, double? ratio, int? count, string message)
    {
        await using TestHost host = TestHost.Of(Coarse);
        var request = new SampleRequest { Sampler = "langevin", Steps = steps, SignalToNoise = ratio, StepsPerLevel = count };
        await host.Service.Awaiting(service => service.SampleAsync(request)).Should().ThrowAsync<SampleRequestException>()
            .WithMessage(message);
    }

    [Fact]
    public async Task Samples_UnstableOverHttp_Is400()
    {
        await using TestServer server = await TestServer.StartAsync(Coarse);
        using HttpResponseMessage answer = await server.PostAsync("/api/samples", """{"sampler":"langevin","steps":4}""");
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await TestServer.JsonAsync(answer)).GetProperty("detail").GetString().Should().StartWith("steps must be larger, for 100 ");
        using HttpResponseMessage drawn = await server.PostAsync(
            "/api/samples", """{"sampler":"predictor-corrector","steps":1,"count":1,"signalToNoise":0.1,"stepsPerLevel":2}""");
        JsonElement job = (await TestServer.JsonAsync(drawn)).GetProperty("job");
        (job.GetProperty("signalToNoise").GetDouble(), job.GetProperty("stepsPerLevel").GetInt32()).Should().Be((0.1, 2));
    }

    // Noise levels so far from each other that few of them need many Langevin steps.
    private static InferenceModel Coarse() =>
        TinyModels.UNet(process: TinyModels.Process with { Schedule = new LinearSchedule(8, 1e-3, 0.99) });
}
