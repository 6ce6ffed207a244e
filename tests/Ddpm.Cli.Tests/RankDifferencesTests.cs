using System.Diagnostics;
using Ddpm.Distributed.Mpi.Tests.Jobs;

namespace Ddpm.Cli.Tests;

/// <summary>Processes of one job that were started differently; where it needs the launchers, on both makes of MPI.</summary>
public sealed class RankDifferencesTests : IDisposable
{
    private readonly Workplace here = new();

    public static TheoryData<string> Makes { get; } = [.. new[] { MpiLaunchers.OpenMpi, MpiLaunchers.Mpich }.OfType<string>()];

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData("--checkpoint-every 5", "--checkpoint-every 4", "--checkpoint-every: 5 on rank 0, 4 on rank 1")]
    [InlineData(
        "",
        "--dropout 0.5 --metrics-every 3",
        "--dropout: absent on rank 0, 0.5 on rank 1; --metrics-every: absent on rank 0, 3 on rank 1")]
    public void Train_OptionsDiffer_NamesTheDifference(string first, string second, string difference)
    {
        here.SaveIdx("images", 8, seed: 1);
        (int code, string output, string error) = CommandRanks.Run(
            Command(["--mpi", "--steps", "9", .. Words(first)]), Command(["--mpi", "--steps", "9", .. Words(second)]));
        code.Should().NotBe(0, output);
        error.Should().Contain($"All ranks must have the same command line. {difference}.");
        Directory.Exists(here["run"]).Should().BeFalse();
    }

    [MpiFact]
    public void Train_OptionsDifferUnderALauncher_EndsTheJob()
    {
        (int code, string output, string error) = Train(MpiLaunchers.OpenMpi!, ["--mpi"], ["--mpi", "--dropout", "0.5"]);
        code.Should().NotBe(0, output);
        error.Should().Contain("All ranks must have the same command line. --dropout: absent on rank 0, 0.5 on rank 1.");
    }

    [MpiTheory]
    [MemberData(nameof(Makes))]
    public void Train_OneWithoutMpi_EndsTheJob(string launcher)
    {
        (int code, string output, string error) = Train(launcher, ["--mpi", "--mpi-timeout", "4"], []);
        code.Should().NotBe(0, output);
        error.Should().Contain("mpirun started 2 processes").And.Contain("Add --mpi to have them work together");
    }

    [MpiTheory]
    [MemberData(nameof(Makes))]
    public void Train_LauncherIsTerminated_LeavesNoProcess(string launcher)
    {
        here.SaveIdx("images", 8, seed: 1);
        using var program = RunningProgram.StartCommand(
            [.. Launch(launcher), "2", .. Program("--mpi", "--verbose", "--metrics-every", "1", "--steps", "100000")]);
        program.WaitFor("step 3/");
        Process.Start("kill", ["-TERM", $"{program.Id}"]).WaitForExit();
        program.End();
        SpinWait.SpinUntil(() => !Ranks().Any(), TimeSpan.FromSeconds(20)).Should().BeTrue($"{string.Join(", ", Ranks())} are left");
    }

    private (int Code, string Output, string Error) Train(string launcher, string[] first, string[] second)
    {
        here.SaveIdx("images", 8, seed: 1);
        long started = Stopwatch.GetTimestamp();
        using var program = RunningProgram.StartCommand(
            [.. Launch(launcher), "1", .. Program([.. first, "--steps", "9"]), ":", "-np", "1", .. Program([.. second, "--steps", "9"])]);
        (int Code, string Output, string Error) ended = program.End();
        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(60), "twice what it may take");
        return ended;
    }

    private string[] Program(params string[] options) => ["dotnet", RunningProgram.File, .. Command(options)];

    private string[] Command(params string[] options) =>
    [
        "train", "--data", here["images"], "--out", here["run"], "--channels", "8", "--multipliers", "1",
        "--blocks", "1", "--timesteps", "25", "--batch-size", "4", "--decay", "none", .. options,
    ];

    private static string[] Launch(string launcher) =>
        launcher == MpiLaunchers.OpenMpi ? [launcher, "--allow-run-as-root", "--oversubscribe", "-np"] : [launcher, "-np"];

    private static string[] Words(string options) => options.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // The processes that have the folder of the run in their command line.
    private IEnumerable<string> Ranks()
    {
        foreach (string process in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            string words;
            try
            {
                words = File.ReadAllText(Path.Combine(process, "cmdline"));
            }
            catch (IOException)
            {
                continue;
            }

            if (words.Contains(here["run"], StringComparison.Ordinal)) yield return process;
        }
    }
}
