using System.Diagnostics;
using System.Globalization;

namespace Ddpm.HostingLoad;

/// <summary>A server in a process of its own, so that its memory is that of the service alone.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const double Megabyte = 1e6;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly Process process;
    private readonly HttpClient client;

    private ServerProcess(Process process, Uri address)
    {
        (this.process, Address) = (process, address);
        client = new HttpClient { BaseAddress = address };
    }

    /// <summary>Gets where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Gets the memory that is resident now, in MB.</summary>
    public double ResidentMegabytes => Look().WorkingSet64 / Megabyte;

    /// <summary>Gets the most memory that was resident, in MB.</summary>
    public double PeakMegabytes => Look().PeakWorkingSet64 / Megabyte;

    /// <summary>Starts a server and waits until its model is warm.</summary>
    /// <param name="model">The name of the model.</param>
    /// <param name="queue">The requests that may wait.</param>
    public static async Task<ServerProcess> StartAsync(string model, int queue)
    {
        string program = Environment.ProcessPath!;
        string[] first = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(ServerProcess).Assembly.Location] : [];
        string[] arguments = [.. first, "--serve", model, "--queue", queue.ToString(CultureInfo.InvariantCulture)];
        Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string? line = await process.StandardOutput.ReadLineAsync();
        var server = new ServerProcess(process, new Uri(line ?? throw new InvalidOperationException("The server did not start.")));
        using HttpResponseMessage described = await server.client.GetAsync("/api/model");
        described.EnsureSuccessStatusCode();
        await server.UntilIdleAsync();
        return server;
    }

    /// <summary>Returns how long it takes until no run is in progress and none waits.</summary>
    public async Task<TimeSpan> UntilIdleAsync()
    {
        long started = Stopwatch.GetTimestamp();
        while ((await StateAsync("/state"))[0] > 0)
        {
            if (Stopwatch.GetElapsedTime(started) > Patience) throw new TimeoutException("The server must be idle, but works on.");
            await Task.Delay(1);
        }

        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Returns the managed memory after a collection, in MB.</summary>
    public async Task<double> CollectedMegabytesAsync() => (await StateAsync("/state/collected"))[1] / Megabyte;

    /// <summary>Sends SIGTERM, and returns how long the process takes to end and its exit code.</summary>
    public async Task<(TimeSpan Time, int ExitCode)> TerminateAsync()
    {
        long started = Stopwatch.GetTimestamp();
        using Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync();
        return (Stopwatch.GetElapsedTime(started), process.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task<long[]> StateAsync(string path) =>
        [.. (await client.GetStringAsync(path)).Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];

    private Process Look()
    {
        process.Refresh();
        return process;
    }
}
