namespace Ddpm.Hosting.Tests;

/// <summary>A run's end is one moment: its snapshot, its pictures and the task that waits for them agree.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task Completion_IsComplete_SnapshotAndResultSayFinished()
    {
        await using TestHost host = TestHost.Gated(new GatedNetwork().Open());
        for (int round = 0; round < 500; round++)
        {
            using Run run = await SubmitAsync(host);
            // Not awaited: what continues a task runs later than one that looks at it.
            while (!run.Completion.IsCompleted) Thread.SpinWait(1);
            (RunState state, GeneratedImages? result) = (run.Snapshot.State, run.Result);
            state.Should().Be(RunState.Finished, "round {0}", round);
            result.Should().BeSameAs(await run.Completion);
        }
    }

    [Fact]
    public async Task Snapshot_IsFinished_ResultIsThere()
    {
        await using TestHost host = TestHost.Gated(new GatedNetwork().Open());
        for (int round = 0; round < 500; round++)
        {
            using Run run = await SubmitAsync(host);
            while (!run.Snapshot.IsOver) Thread.SpinWait(1);
            GeneratedImages? result = run.Result;
            result.Should().NotBeNull("round {0}", round).And.BeSameAs(await run.Completion);
        }
    }

    private static Task<Run> SubmitAsync(TestHost host) => ((DdpmService)host.Service).SubmitAsync(
        new RequestFields(new SampleRequest { Steps = 1, Count = 1 }), "a caller", 1, abandonedAfter: null, default);
}
