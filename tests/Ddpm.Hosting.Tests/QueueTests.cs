namespace Ddpm.Hosting.Tests;

/// <summary>Requests wait in turn, within bounds, and leave when their callers do.</summary>
public sealed class QueueTests
{
    private static readonly SampleRequest Short = new() { Sampler = "ddim", Steps = 2 };

    [Fact]
    public async Task Sample_CancelledWhileItRuns_StopsWithinAStep()
    {
        var network = new GatedNetwork().Permit(3);
        await using TestHost host = TestHost.Gated(network);
        using var cancel = new CancellationTokenSource();
        Task<GeneratedImages> run = host.Service.SampleAsync(new SampleRequest { Steps = 20 }, cancel.Token);
        await TestHost.UntilAsync(() => network.Calls == 3, "three steps");

        await cancel.CancelAsync();

        (await run.Invoking(async task => await task).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(cancel.Token);
        network.Open();
        await TestHost.UntilAsync(() => !host.Service.Status.IsRunning, "the worker to rest");
        network.Calls.Should().BeLessThanOrEqualTo(4, "the step in progress was the last");
    }

    [Fact]
    public async Task Sample_CancelledWhileItWaits_FreesItsPlace()
    {
        var network = new GatedNetwork();
        await using TestHost host = TestHost.Gated(network, options => options.QueueLength = 1);
        Task<GeneratedImages> running = host.Service.SampleAsync(Short);
        await TestHost.UntilAsync(() => host.Service.Status.IsRunning, "a run");
        using var cancel = new CancellationTokenSource();
        Task<GeneratedImages> waiting = host.Service.SampleAsync(Short, cancel.Token);
        await TestHost.UntilAsync(() => host.Service.Status.Queued == 1, "a run to wait");
        QueueFullException full = (await host.Service.Awaiting(service => service.SampleAsync(Short)).Should()
            .ThrowAsync<QueueFullException>().WithMessage("1 runs are waiting, which is all that may. Try again in 1 s.")).Which;
        (full.Length, full.RetryAfter).Should().Be((1, TimeSpan.FromSeconds(1)));

        await cancel.CancelAsync();

        await waiting.Invoking(async task => await task).Should().ThrowAsync<OperationCanceledException>();
        Task<GeneratedImages> next = host.Service.SampleAsync(Short);
        network.Open();
        await Task.WhenAll(running, next);
        network.Calls.Should().Be(4, "the cancelled run never began");
    }

    [Fact]
    public async Task Sample_OneCallerWithManyRequests_DelaysOthersByOneRun()
    {
        var network = new GatedNetwork();
        await using TestHost host = TestHost.Gated(network);
        List<string> order = [];
        async Task Draw(string name, string caller)
        {
            await host.Service.SampleAsync(Short with { Caller = caller });
            lock (order) order.Add(name);
        }

        Task first = Draw("a0", "a");
        await TestHost.UntilAsync(() => host.Service.Status.IsRunning, "a run");
        var rest = new List<Task>();
        foreach ((string name, string caller) in new[] { ("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b"), ("c1", "c"), ("b2", "b") })
        {
            rest.Add(Draw(name, caller));
            await TestHost.UntilAsync(() => host.Service.Status.Queued == rest.Count, "one more to wait");
        }

        // Run by run, so that the order of ends is that of runs.
        for (int run = 1; run <= 7; run++)
        {
            network.Permit(2);
            await TestHost.UntilAsync(() => order.Count == run, "the next run's end");
        }

        await Task.WhenAll([first, .. rest]);
        order.Should().Equal("a0", "a1", "b1", "c1", "a2", "b2", "a3");
    }

    [Fact]
    public async Task Sample_FullQueue_MakesRoomForACallerWithFewer()
    {
        var network = new GatedNetwork();
        await using TestHost host = TestHost.Gated(network, options => options.QueueLength = 4);
        Task<GeneratedImages> Draw(string caller) => host.Service.SampleAsync(Short with { Caller = caller });
        Task<GeneratedImages> running = Draw("flood");
        await TestHost.UntilAsync(() => host.Service.Status.IsRunning, "a run");
        List<Task<GeneratedImages>> flood = [];
        while (flood.Count < 4)
        {
            flood.Add(Draw("flood"));
            await TestHost.UntilAsync(() => host.Service.Status.Queued == flood.Count, "one more to wait");
        }

        await Draw("flood").Invoking(async task => await task).Should().ThrowAsync<QueueFullException>("it has all the places");
        Task<GeneratedImages> first = Draw("quiet");
        await flood[3].Invoking(async task => await task).Should().ThrowAsync<QueueFullException>("its last makes room")
            .WithMessage("4 runs are waiting, which is all that may. Try again in 1 s.");
        Task<GeneratedImages> second = Draw("quiet");
        await flood[2].Invoking(async task => await task).Should().ThrowAsync<QueueFullException>();
        await Draw("quiet").Invoking(async task => await task).Should().ThrowAsync<QueueFullException>("both have two now");
        await Draw("flood").Invoking(async task => await task).Should().ThrowAsync<QueueFullException>();
        host.Service.Status.Queued.Should().Be(4);

        network.Open();
        await Task.WhenAll(running, flood[0], flood[1], first, second);
        await TestHost.UntilAsync(() => !host.Service.Status.IsRunning, "the worker to rest");
        network.Calls.Should().Be(10, "five runs of two steps are drawn");
    }

    [Fact]
    public async Task Sample_DeepQueue_IsDrawnInTurnsAndEndsAtOnceWhenTheHostStops()
    {
        const int callers = 500, each = 10;
        var network = new GatedNetwork();
        var host = TestHost.Gated(network, options => options.QueueLength = callers * each);
        Task<GeneratedImages> running = host.Service.SampleAsync(Short);
        await TestHost.UntilAsync(() => host.Service.Status.IsRunning, "a run");
        Task<GeneratedImages>[] waiting =
        [
            .. Enumerable.Range(0, callers * each).Select(k => host.Service.SampleAsync(Short with { Caller = $"{k % callers}" })),
        ];
        host.Service.Status.Queued.Should().Be(callers * each);
        network.Permit(2 + (2 * callers));
        await running;
        await TestHost.UntilAsync(() => waiting.Count(task => task.IsCompleted) == callers, "a run of each caller");
        waiting[..callers].Should().OnlyContain(task => task.IsCompletedSuccessfully);

        network.Open();
        await host.DisposeAsync();
        await Task.WhenAll(waiting.Select(task => task.ContinueWith(_ => { }, TaskScheduler.Default)));
    }

    [Fact]
    public async Task Sample_LongerThanTheLimits_IsATimeout()
    {
        var network = new GatedNetwork();
        DdpmOptions? limits = null;
        await using TestHost waits = TestHost.Gated(network, options => limits = options);
        Task<GeneratedImages> running = waits.Service.SampleAsync(Short);
        await TestHost.UntilAsync(() => waits.Service.Status.IsRunning, "a run");
        // From now on, for a busy machine may take as long to begin the first.
        limits!.WaitLimit = TimeSpan.FromMilliseconds(40);
        await waits.Service.Awaiting(service => service.SampleAsync(Short)).Should().ThrowAsync<TimeoutException>()
            .WithMessage("The run waited longer than 0.04 s, the limit.");
        waits.Service.Status.Queued.Should().Be(0);
        network.Open();
        await running;

        var slow = new GatedNetwork().Permit(1);
        await using TestHost runs = TestHost.Gated(slow, options => options.RunLimit = TimeSpan.FromMilliseconds(40));
        await runs.Service.Awaiting(service => service.SampleAsync(Short)).Should().ThrowAsync<TimeoutException>()
            .WithMessage("The run took longer than 0.04 s, the limit.");
        slow.Open();
    }

    [Fact]
    public async Task Sample_ModelThatFails_SaysSoAndTheNextRunWorks()
    {
        var network = new GatedNetwork { Instead = float.NaN }.Open();
        await using TestHost host = TestHost.Gated(network);
        await host.Service.Awaiting(service => service.SampleAsync(Short)).Should().ThrowAsync<NonFiniteException>()
            .WithMessage("x_{t-1} became NaN at t = 1*");
        network.Instead = null;
        (await host.Service.SampleAsync(Short)).Count.Should().Be(1);
    }

    [Fact]
    public async Task Runs_TheirEnds_AreCounted()
    {
        using var captured = new Ddpm.Tests.TelemetryCapture(DdpmHostingTelemetry.Source, DdpmHostingTelemetry.Meter);
        var network = new GatedNetwork().Open();
        await using (TestHost host = TestHost.Gated(network))
        {
            await host.Service.SampleAsync(Short with { Count = 3 });
            network.Instead = float.NaN;
            await host.Service.Awaiting(service => service.SampleAsync(Short)).Should().ThrowAsync<NonFiniteException>();
        }

        captured.Measurements.Where(each => each.Instrument == DdpmHostingTelemetry.RunDuration)
            .Select(each => each.Tags.Single(tag => tag.Key == DdpmHostingTelemetry.OutcomeTag).Value).Should()
            .Equal("completed", "failed");
        captured.Values(DdpmHostingTelemetry.ActiveRequests).Sum().Should().Be(0);
        captured.Values(DdpmHostingTelemetry.Steps).Should().HaveCount(2);
        captured.Activities.First().GetTagItem(DdpmHostingTelemetry.CountTag).Should().Be(3);
    }
}
