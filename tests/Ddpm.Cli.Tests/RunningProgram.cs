using System.Diagnostics;

namespace Ddpm.Cli.Tests;

/// <summary>The program in a process of its own.</summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly Process process;
    private readonly Task<string> errors;

    private RunningProgram(string[] command, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // On Windows: a console apart from that of the tests.
            CreateNoWindow = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["TERM"] = "dumb";
        // A rank of OpenMPI that waits gives its core to others.
        start.Environment["OMPI_MCA_mpi_yield_when_idle"] = "1";
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        process = Process.Start(start)!;
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The file of the program.</summary>
    public static string File { get; } = Path.Combine(AppContext.BaseDirectory, "ddpm.dll");

    public int Id => process.Id;

    public bool HasEnded => process.HasExited;

    public static RunningProgram Start(params string[] arguments) =>
        new([Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", File, .. arguments], []);

    /// <summary>Starts any command, such as a launcher with the program.</summary>
    public static RunningProgram StartCommand(string[] command, params (string Name, string Value)[] environment) =>
        new(command, environment);

    /// <summary>Waits for a line that contains a text.</summary>
    public void WaitFor(string text)
    {
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal)) return;
        }

        throw new InvalidOperationException($"The program ended without \"{text}\": {errors.Result}");
    }

    /// <summary>Waits for the end.</summary>
    public (int Code, string Output, string Error) End()
    {
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit(TimeSpan.FromMinutes(2)).Should().BeTrue();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Whether it ends by itself within a time.</summary>
    public bool HasEndedAfter(TimeSpan time) => process.WaitForExit(time);

    /// <summary>Asks it to end, and waits for it.</summary>
    public void Interrupt() => Interruption.Send(Id, () => process.WaitForExit(TimeSpan.FromMinutes(2)));

    /// <summary>Ends it as kill -9 does.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }
}
