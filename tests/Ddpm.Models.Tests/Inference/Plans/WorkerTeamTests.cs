namespace Ddpm.Models.Tests.Inference.Plans;

public sealed class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Run_ManyWorks_DoesEveryPartOnce(int threads)
    {
        using var team = new WorkerTeam(threads);
        team.Threads.Should().Be(threads);
        foreach (int parts in new[] { 0, 1, 2, 3, 50 })
        {
            var work = new Counting(parts);
            for (int repeat = 0; repeat < 300; repeat++) team.Run(work);
            work.Done.Should().HaveCount(parts).And.AllBeEquivalentTo(300);
            work.Threads.All(thread => thread >= 0 && thread < threads).Should().BeTrue();
        }
    }

    [Fact]
    public void Run_ThreadsAtOnce_EachHasItsNumber()
    {
        using var team = new WorkerTeam(3);
        // Each part waits for the others: only three threads can do three.
        using var meeting = new Meeting(3);
        team.Run(meeting);
        meeting.Numbers.Should().BeEquivalentTo([0, 1, 2]);
    }

    [Fact]
    public void Run_AfterThreadsFellAsleep_WakesThem()
    {
        using var team = new WorkerTeam(2);
        for (int repeat = 0; repeat < 5; repeat++)
        {
            Thread.Sleep(20);
            using var meeting = new Meeting(2);
            team.Run(meeting);
            meeting.Numbers.Should().BeEquivalentTo([0, 1]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_PartThatFails_ThrowsWhenAllHaveEndedAndGoesOn(int threads)
    {
        using var team = new WorkerTeam(threads);
        var work = new Counting(20) { Failing = 7 };
        FluentActions.Invoking(() => team.Run(work)).Should().Throw<InvalidOperationException>().WithMessage("part 7");
        if (threads > 1) work.Done.Sum().Should().Be(19, "the others are done all the same");
        work.Failing = -1;
        int before = work.Done.Sum();
        team.Run(work);
        work.Done.Sum().Should().Be(before + 20);
    }

    [Fact]
    public void Run_SeveralTeams_DoNotDisturbEachOther()
    {
        Counting[] works = [.. Enumerable.Range(0, 4).Select(_ => new Counting(9))];
        Parallel.ForEach(works, new ParallelOptions { MaxDegreeOfParallelism = 4 }, work =>
        {
            using var team = new WorkerTeam(3);
            for (int repeat = 0; repeat < 200; repeat++) team.Run(work);
        });
        works.SelectMany(work => work.Done).Should().AllBeEquivalentTo(200);
    }

    [Fact]
    public void Dispose_Team_EndsItsThreads()
    {
        var team = new WorkerTeam(3);
        var work = new Counting(3);
        team.Run(work);
        team.Dispose();
        team.Dispose();
        FluentActions.Invoking(() => team.Run(work)).Should().Throw<ObjectDisposedException>();
        new WorkerTeam(3).Dispose();
    }

    private sealed class Counting(int parts) : IWork
    {
        public int[] Done { get; } = new int[parts];

        public System.Collections.Concurrent.ConcurrentBag<int> Threads { get; } = [];

        public int Failing { get; set; } = -1;

        public int Parts => parts;

        public void Execute(int part, int thread)
        {
            if (part == Failing) throw new InvalidOperationException($"part {part}");
            Interlocked.Increment(ref Done[part]);
            Threads.Add(thread);
        }
    }

    private sealed class Meeting(int parts) : IWork, IDisposable
    {
        private readonly Barrier barrier = new(parts);

        public int[] Numbers { get; } = new int[parts];

        public int Parts => parts;

        public void Execute(int part, int thread)
        {
            barrier.SignalAndWait(TimeSpan.FromSeconds(30)).Should().BeTrue();
            Numbers[part] = thread;
        }

        public void Dispose() => barrier.Dispose();
    }
}
