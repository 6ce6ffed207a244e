using System.Diagnostics;

namespace Ddpm.Distributed.Mpi.Tests.Jobs;

/// <summary>Jobs whose ranks would wait for each other for ever, on both makes of MPI.</summary>
public sealed class WatchTests
{
    // Twice what they may take, for a busy machine must not fail a test.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Makes { get; } = [.. new[] { MpiLaunchers.OpenMpi, MpiLaunchers.Mpich }.OfType<string>()];

    [MpiTheory]
    [MemberData(nameof(Makes))]
    public void Ranks_MakeDifferentCalls_EndTheJobWithBoth(string launcher)
    {
        JobResult job = RunInTime(() => MpiJob.Run(launcher, 2, ["disagree"]));
        job.ExitCode.Should().NotBe(0);
        job.Errors.Should().MatchRegex(
            @"Rank 0 of 2 ends the job: the ranks disagree: rank 0 \(process \d+ on .+\) makes as call 4 Barrier, " +
            @"rank 1 \(process \d+ on .+\) makes as call 4 AllGather\.");
    }

    // The watch is the same on both makes: each has one of the two ranks stopped, and the other end the job.
    [MpiTheory]
    [MemberData(nameof(Makes))]
    public void Rank_IsStopped_IsNamedAndEnded(string launcher)
    {
        int stopped = launcher == MpiLaunchers.OpenMpi ? 1 : 0;
        JobResult job = RunInTime(() => MpiJob.Run(launcher, 2, ["stop", $"{stopped}"]));
        job.ExitCode.Should().NotBe(0);
        string process = job.Of(stopped).Single();
        job.Errors.Should().Contain($"Rank {1 - stopped} of 2 ends the job: rank {stopped} ({process} on {Environment.MachineName}) " +
            "gave no sign of life for 3 s: stopped, or out of reach.");
        RequireEnded(job);
    }

    [MpiTheory]
    [MemberData(nameof(Makes))]
    public void Rank_IsAnotherProgram_EndsTheJob(string launcher)
    {
        string[] worker = ["dotnet", MpiJob.Worker, "apart"];
        // Side by side: both mostly wait.
        Task<JobResult> ended = Task.Run(() => RunInTime(() => MpiJob.RunApart(launcher, worker, ["true"])));
        JobResult sleeping = RunInTime(() => MpiJob.RunApart(launcher, worker, ["sleep", "100"]));
        foreach (JobResult job in new[] { ended.Result, sleeping })
        {
            job.ExitCode.Should().NotBe(0);
            job.Of(0).Should().BeEmpty();
        }

        sleeping.Errors.Should().Contain("ends the job: others have not joined it within 2 s.");
    }

    [MpiTheory]
    [MemberData(nameof(Makes))]
    public void Launcher_IsTerminated_LeavesNoProcess(string launcher)
    {
        int ready = 0;
        var all = new ManualResetEventSlim();
        Task<JobResult> running = Task.Run(() => MpiJob.Run(launcher, 2, ["work"], null, line =>
        {
            if (Interlocked.Increment(ref ready) == 2) all.Set();
        }));
        all.Wait(TimeSpan.FromMinutes(1)).Should().BeTrue();
        // The launcher is this process's child.
        foreach (Process child in Process.GetProcesses().Where(process => process.ProcessName.StartsWith("mpi", StringComparison.Ordinal)
            || process.ProcessName.StartsWith("orterun", StringComparison.Ordinal)))
        {
            using (child)
            {
                if (ParentOf(child.Id) == Environment.ProcessId) Process.Start("kill", ["-TERM", $"{child.Id}"]).WaitForExit();
            }
        }

        // MPICH's launcher then ends with code 0.
        RequireEnded(RunInTime(() => running.Result));
    }

    // A process that has ended since it was listed has no parent.
    private static int? ParentOf(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
                System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static JobResult RunInTime(Func<JobResult> run)
    {
        long started = Stopwatch.GetTimestamp();
        JobResult job = run();
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(Limit);
        return job;
    }

    // Each rank has told its process. The launcher may end shortly before they are gone.
    private static void RequireEnded(JobResult job)
    {
        string[] processes = [.. job.Lines.Where(line => line.Contains("> process ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[^1])];
        processes.Should().HaveCount(2);
        SpinWait.SpinUntil(() => !processes.Any(process => Directory.Exists($"/proc/{process}")), TimeSpan.FromSeconds(10))
            .Should().BeTrue();
    }
}
