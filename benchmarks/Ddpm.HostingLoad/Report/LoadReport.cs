using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ddpm.Benchmarks;

namespace Ddpm.HostingLoad;

/// <summary>The report: all scenarios, one after the other.</summary>
/// <param name="Markdown">The page.</param>
/// <param name="Faults">What must not be, in sentences.</param>
internal sealed record LoadReport(string Markdown, IReadOnlyList<string> Faults)
{
    private const string LoadAverage = "/proc/loadavg";

    private static readonly Func<Effort, CancellationToken, Task<Section>>[] Scenarios =
    [
        ManyClients.RunAsync, Flood.RunAsync, Departures.RunAsync, Stall.RunAsync, Termination.RunAsync, ManyJobs.RunAsync,
    ];

    /// <summary>Runs the scenarios.</summary>
    /// <param name="effort">How much is measured.</param>
    /// <param name="progress">Receives each scenario's name and time.</param>
    /// <param name="stop">Stops between two measurements.</param>
    public static async Task<LoadReport> MeasureAsync(Effort effort, TextWriter progress, CancellationToken stop)
    {
        long started = Stopwatch.GetTimestamp();
        List<Section> sections = [];
        foreach (Func<Effort, CancellationToken, Task<Section>> scenario in Scenarios)
        {
            stop.ThrowIfCancellationRequested();
            long begun = Stopwatch.GetTimestamp();
            sections.Add(await scenario(effort, stop));
            await progress.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{scenario.Method.DeclaringType!.Name}: {Stopwatch.GetElapsedTime(begun).TotalSeconds:F1} s"));
        }

        var page = new StringBuilder();
        page.Append("# A service under load\n\n*For operators who want to know what a service of Ddpm.Hosting does under load.*\n\n");
        page.Append("```bash\ndotnet run -c Release --project benchmarks/Ddpm.HostingLoad -- --out docs/reports/hosting-load.md\n```\n\n");
        page.Append(Machine(effort, Stopwatch.GetElapsedTime(started)));
        foreach (Section section in sections) section.Write(page);
        return new LoadReport(page.ToString().TrimEnd('\n') + "\n", [.. sections.SelectMany(section => section.Faults)]);
    }

    private static string Machine(Effort effort, TimeSpan time) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {Environment.ProcessorCount} cores of {Processor.Name}, {RuntimeInformation.OSDescription},
        {RuntimeInformation.FrameworkDescription}, {DateTime.UtcNow:yyyy-MM-dd}, {time.TotalSeconds:N0} s in all{OtherWork()}.

        Each measurement has a fresh server: Kestrel in a process of its own, `MapDdpm`, the garbage collector of servers. Clients and
        server share the cores.
        {ModelOf(effort)}
        Times are milliseconds from the request to the end of the answer; memory is what is resident of the server's process, in MB.


        """);

    // More than the cores: other work slowed everything.
    private static string OtherWork() =>
        File.Exists(LoadAverage) ? $"; load average of the last quarter of an hour {File.ReadAllText(LoadAverage).Split(' ')[2]}" : "";

    private static string ModelOf(Effort effort) => effort.Model == LoadServer.Clothes
        ? "The model is the included one, 28×28 pixels and 2.7 M parameters; a request is for one picture in 5 steps of DDIM."
        : "The model is a tiny one, and a request for one picture in 5 steps of DDIM.";
}
