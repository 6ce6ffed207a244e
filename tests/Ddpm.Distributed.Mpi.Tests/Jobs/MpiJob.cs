using System.Diagnostics;
using System.Globalization;
using Ddpm.Core;
using TorchSharp;

namespace Ddpm.Distributed.Mpi.Tests.Jobs;

/// <summary>Starts the worker as several processes, or as one without a launcher, and hears what they say.</summary>
internal static class MpiJob
{
    // Bounds a job that hangs. Far above what any takes (seconds), for a busy machine must not fail a test.
    private const int LimitSeconds = 240;

    // This folder is tests/Ddpm.Distributed.Mpi.Tests/bin/…; the worker lies in the same place of its own project.
    /// <summary>The worker's file.</summary>
    public static string Worker { get; } = Path.Combine(
        AppContext.BaseDirectory.Replace("Ddpm.Distributed.Mpi.Tests", "Ddpm.MpiWorker", StringComparison.Ordinal), "Ddpm.MpiWorker.dll");

    /// <summary>Runs a job of OpenMPI, or of one process where <paramref name="ranks"/> is 0.</summary>
    public static JobResult Run(int ranks, params string[] arguments) => Run(MpiLaunchers.OpenMpi, ranks, arguments);

    /// <summary>Runs a job to its end.</summary>
    /// <param name="launcher">Who starts it; ignored for 0 ranks.</param>
    /// <param name="ranks">How many processes; 0 for one without a launcher.</param>
    /// <param name="arguments">What the worker is to do.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="heard">Receives every line.</param>
    public static JobResult Run(string? launcher, int ranks, string[] arguments, (string Name, string Value)[]? environment = null,
        Action<string>? heard = null)
    {
        if (ranks > 0 && launcher is null) throw new InvalidOperationException("There is no mpirun: install openmpi-bin.");
        string[] command = ["dotnet", Worker, .. arguments];
        return ranks == 0 ? Execute(command, environment, heard) : Execute([.. Launch(launcher!, ranks), .. command], environment, heard);
    }

    /// <summary>Runs what the worker does, as one rank in this process, without MPI: what the ranks of a job are compared with.</summary>
    public static JobResult Alone(Action<ICommunicator> work)
    {
        using var heard = new StringWriter();
        (TextWriter before, int threads) = (MpiWorker.Voice.Listener, torch.get_num_threads());
        MpiWorker.Voice.Listener = heard;
        // As the worker.
        torch.set_num_threads(1);
        try
        {
            work(SingleProcess.Instance);
        }
        finally
        {
            MpiWorker.Voice.Listener = before;
            torch.set_num_threads(threads);
        }

        return new JobResult(0, heard.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), "");
    }

    /// <summary>Runs a job whose ranks have commands of their own, to its end.</summary>
    public static JobResult RunApart(string launcher, params string[][] commands) => Execute(
        [.. Launch(launcher, 1), .. commands[0], .. commands[1..].SelectMany(command => (string[])[":", "-np", "1", .. command])],
        null,
        null);

    private static string[] Launch(string launcher, int ranks)
    {
        string[] options = launcher == MpiLaunchers.OpenMpi ? ["--allow-run-as-root", "--oversubscribe"] : [];
        return [launcher, .. options, "-np", ranks.ToString(CultureInfo.InvariantCulture)];
    }

    private static JobResult Execute(string[] command, (string Name, string Value)[]? environment, Action<string>? heard)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["TERM"] = "dumb";
        // A rank of OpenMPI that waits gives its core to others, as where there are more ranks than cores: they compute meanwhile.
        start.Environment["OMPI_MCA_mpi_yield_when_idle"] = "1";
        start.Environment.Remove(MpiOptions.LibraryVariable);
        foreach ((string name, string value) in environment ?? []) start.Environment[name] = value;
        using Process process = System.Diagnostics.Process.Start(start)!;
        var lines = new List<string>();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task reading = Task.Run(() =>
        {
            while (process.StandardOutput.ReadLine() is { } line)
            {
                lines.Add(line);
                heard?.Invoke(line);
            }
        });
        if (!process.WaitForExit(TimeSpan.FromSeconds(LimitSeconds)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The job did not end within {LimitSeconds} s. Output: {string.Join('\n', lines)}");
        }

        reading.Wait();
        return new JobResult(process.ExitCode, lines, errors.Result);
    }
}
