using System.Runtime.CompilerServices;
using Ddpm.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Ddpm.Hosting.Tests;

/// <summary>Models load when they are needed, are exchanged while runs go on, and are freed.</summary>
public sealed class ModelTests
{
    private static readonly SampleRequest Short = new() { Sampler = "ddim", Steps = 2, Seed = 1 };

    [Fact]
    public async Task Reload_RunInProgress_EndsOnTheOldModelWhichIsThenFreed()
    {
        GatedNetwork old = new(), fresh = new GatedNetwork { Instead = 0 }.Open();
        GatedNetwork next = old;
        await using TestHost host = TestHost.Of(() => next.Model());
        Task<GeneratedImages> running = host.Service.SampleAsync(Short);
        await TestHost.UntilAsync(() => host.Service.Status.IsRunning, "a run");
        Task<GeneratedImages> waiting = host.Service.SampleAsync(Short);
        await TestHost.UntilAsync(() => host.Service.Status.Queued == 1, "a run to wait");

        next = fresh;
        await host.Service.ReloadAsync();

        Task<GeneratedImages> later = host.Service.SampleAsync(Short);
        old.IsDisposed.Should().BeFalse("two runs still draw with it");
        old.Open();
        (await waiting).Values.ToArray().Should().Equal((await running).Values.ToArray());
        (await later).Values.ToArray().Should().NotEqual((await running).Values.ToArray());
        await TestHost.UntilAsync(() => old.IsDisposed, "the old model to be freed");
        (old.Calls, fresh.Calls).Should().Be((4, 2));
    }

    [Fact]
    public async Task Reload_ManyTimes_LeavesOneModel()
    {
        List<WeakReference> models = [];
        await using TestHost host = TestHost.Of(() => Tracked(models));
        for (int i = 0; i < 5; i++)
        {
            await host.Service.SampleAsync(Short);
            await host.Service.ReloadAsync();
        }

        await host.Service.SampleAsync(Short);
        await TestHost.UntilAsync(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return models.Count(model => model.IsAlive) == 1;
            },
            "five of six models to be collected");
        models.Should().HaveCount(6);
    }

    [Fact]
    public async Task Sample_DistilledModel_TakesItsStepsOfDdim()
    {
        await using TestHost host = TestHost.Of(() => TinyModels.UNet(process: TinyModels.Process with { Timesteps = [3, 9, 19] }));
        GeneratedImages drawn = await host.Service.SampleAsync(new SampleRequest { Seed = 1 });
        (drawn.Settings.Sampler, drawn.Settings.Steps).Should().Be(("ddim", 3));
        (await host.Service.SampleAsync(new SampleRequest { Seed = 1, Sampler = "ddpm" })).Settings.Steps.Should().Be(3);
    }

    [Fact]
    public async Task Load_Fails_IsAnErrorWithTheReasonUntilItWorks()
    {
        bool faulty = true;
        await using var host = new TestHost(services =>
        {
            services.AddDdpm("clothes", options =>
                options.Load = () => faulty ? throw new InvalidDataException("config.json is damaged.") : TinyModels.UNet());
            services.AddLogging().AddHealthChecks().AddDdpm("clothes");
        });
        HealthCheckService health = host.Services.GetRequiredService<HealthCheckService>();
        (await health.CheckHealthAsync()).Entries["clothes"].Description.Should().Be("The first request loads the model clothes.");
        await host.Service.Awaiting(service => service.SampleAsync(Short)).Should().ThrowAsync<ModelUnavailableException>()
            .WithMessage("The model clothes cannot be loaded: config.json is damaged.");
        HealthReport report = await health.CheckHealthAsync();
        (report.Status, report.Entries["clothes"].Description).Should()
            .Be((HealthStatus.Unhealthy, "The model clothes cannot be loaded: config.json is damaged."));

        faulty = false;
        (await host.Service.SampleAsync(Short)).Count.Should().Be(1);
        (await health.CheckHealthAsync()).Status.Should().Be(HealthStatus.Healthy);

        // A faulty exchange leaves the model that there is.
        faulty = true;
        await host.Service.Awaiting(service => service.ReloadAsync()).Should().ThrowAsync<ModelUnavailableException>();
        (await host.Service.SampleAsync(Short)).Count.Should().Be(1);
        (await health.CheckHealthAsync()).Entries["clothes"].Should().Match<HealthReportEntry>(entry =>
            entry.Status == HealthStatus.Degraded && entry.Description!.EndsWith("config.json is damaged."));
    }

    [Fact]
    public async Task Load_WhileItGoesOn_IsDegradedAndRequestsWait()
    {
        using var gate = new ManualResetEventSlim();
        await using var host = new TestHost(services =>
        {
            services.AddDdpm(options => options.Load = () =>
            {
                gate.Wait();
                return TinyModels.UNet();
            });
            services.AddLogging().AddHealthChecks().AddDdpm();
        });
        Task<GeneratedImages> first = host.Service.SampleAsync(Short), second = host.Service.SampleAsync(Short);
        using var impatient = new CancellationTokenSource(0);
        await host.Service.Awaiting(service => service.SampleAsync(Short, impatient.Token)).Should()
            .ThrowAsync<OperationCanceledException>();
        await TestHost.UntilAsync(() => host.Service.Status.Model == ModelState.Loading, "the model to load");
        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        (report.Status, report.Entries["ddpm"].Description).Should().Be((HealthStatus.Degraded, "The model ddpm is loading."));
        gate.Set();
        (await first).Values.ToArray().Should().Equal((await second).Values.ToArray());
    }

    [Fact]
    public async Task Load_ModelOfVectors_IsRefused()
    {
        await using TestHost host = TestHost.Of(() =>
        {
            var network = new MlpDescription(new MlpOptions { Dimensions = 4, Width = 8, Blocks = 1, TimeChannels = 8 });
            return new InferenceModel(network, new NoWeights(), TinyModels.Process);
        });
        await host.Service.Awaiting(service => service.DescribeAsync()).Should().ThrowAsync<ModelUnavailableException>()
            .WithMessage("*the model must make pictures of 1 or 3 channels, but makes samples of [4].");
    }

    [Fact]
    public async Task Models_Several_AreKeyedServicesAndTheFirstIsTheDefault()
    {
        await using var host = new TestHost(services => services
            .AddDdpm("grey", options => options.Load = () => TinyModels.UNet())
            .AddDdpm("colour", options => options.Load = () => TinyModels.UNet(channels: 3)));
        host.Service.Name.Should().Be("grey");
        IDdpmService colour = host.Services.GetRequiredKeyedService<IDdpmService>("colour");
        (await colour.SampleAsync(Short)).Channels.Should().Be(3);
        ModelInformation model = await host.Service.DescribeAsync();
        (model.Title, model.Channels, model.Timesteps, model.Classes, model.MaxCount).Should().Be(("grey", 1, 20, 0, 64));
        model.Samplers.Select(sampler => sampler.Name).Should().Equal(SamplingMethod.All.Select(method => method.Name));
        FluentActions.Invoking(() => new ServiceCollection().AddDdpm("a", _ => { }).AddDdpm("a", _ => { })).Should()
            .Throw<ArgumentException>().WithMessage("name must be another than those of the models before, but is \"a\"*");
    }

    [Theory]
    [InlineData(
        "absent",
        "DdpmOptions.Folder of the model m must be a model folder where Load is null, and absent where Load is given, but is absent.")]
    [InlineData("folder", "DdpmOptions.Folder of the model m must be the path of a folder that exists, but is nowhere.")]
    [InlineData("count", "DdpmOptions.MaxCount of the model m must be 1 … 65536, but is 0.")]
    [InlineData("queue", "DdpmOptions.QueueLength of the model m must be 1 … 1000000, but is -1.")]
    [InlineData("limit", "DdpmOptions.RunLimit of the model m must be more than 0 and at most 49.17:02:47.2940000, but is 00:00:00.")]
    [InlineData("worker", "DdpmOptions.Worker of the model m must be a name, but is \"\".")]
    public async Task Options_Wrong_EndTheHostWhenItStarts(string mistake, string message)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDdpm("m", options =>
        {
            options.Load = mistake is "absent" or "folder" ? null : () => TinyModels.UNet();
            options.Folder = mistake == "folder" ? "nowhere" : null;
            if (mistake == "count") options.MaxCount = 0;
            if (mistake == "queue") options.QueueLength = -1;
            if (mistake == "limit") options.RunLimit = TimeSpan.Zero;
            if (mistake == "worker") options.Worker = "";
        });
        using IHost host = builder.Build();
        (await host.Awaiting(each => each.StartAsync()).Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should()
            .Be(message);
    }

    [Fact]
    public async Task Host_WarmUp_LoadsBeforeTheFirstRequest_AndStopEndsRuns()
    {
        var network = new GatedNetwork();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDdpm(options => (options.Load, options.WarmUp) = (network.Model, true));
        using IHost host = builder.Build();
        await host.StartAsync();
        var service = host.Services.GetRequiredService<IDdpmService>();
        network.Permit(1);
        await TestHost.UntilAsync(() => network.Calls == 1 && !service.Status.IsRunning, "the model to warm up");
        service.Status.Model.Should().Be(ModelState.Ready);

        Task<GeneratedImages> run = service.SampleAsync(Short);
        await TestHost.UntilAsync(() => service.Status.IsRunning, "a run");
        Task stopping = host.StopAsync();
        await run.Invoking(async task => await task).Should().ThrowAsync<OperationCanceledException>()
            .WithMessage("The server was stopped.");
        network.Open();
        await stopping;
        await service.Awaiting(each => each.SampleAsync(Short)).Should().ThrowAsync<ModelUnavailableException>();
        service.Status.IsAlive.Should().BeFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static InferenceModel Tracked(List<WeakReference> models)
    {
        InferenceModel model = TinyModels.UNet();
        models.Add(new WeakReference(model));
        return model;
    }

    private sealed class NoWeights : IWeightSource
    {
        public ReadOnlySpan<float> Read(string name) => throw new InvalidOperationException(name);
    }
}
