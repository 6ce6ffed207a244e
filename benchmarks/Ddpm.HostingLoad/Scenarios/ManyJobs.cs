using System.Diagnostics;

namespace Ddpm.HostingLoad;

/// <summary>Short jobs in a row: begun, watched to the end, their picture fetched.</summary>
internal static class ManyJobs
{
    private const int Clients = 4;

    /// <summary>Measures memory as the jobs add up.</summary>
    public static async Task<Section> RunAsync(Effort effort, CancellationToken stop)
    {
        var section = new Section(
            "Jobs in a row",
            $"A tiny model; {Clients} clients begin jobs of one picture in 2 steps (`POST jobs`), watch their events to the end and\n"
                + $"fetch the grid. Managed memory is that after a collection. The first {effort.JobsBefore:N0} jobs fill\n"
                + "caches and pools.",
            "jobs", "a second", "resident MB", "managed MB");
        await using ServerProcess server = await ServerProcess.StartAsync(LoadServer.Tiny, 16);
        var tally = new Tally();
        int done = 0;
        foreach (int until in new[] { effort.JobsBefore, effort.Jobs / 4, effort.Jobs / 2, effort.Jobs * 3 / 4, effort.Jobs })
        {
            stop.ThrowIfCancellationRequested();
            long started = Stopwatch.GetTimestamp();
            int each = (until - done) / Clients, jobs = each * Clients;
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(k => WorkAsync(server.Address, k, each, tally)));
            done += jobs;
            double rate = jobs / Stopwatch.GetElapsedTime(started).TotalSeconds, managed = await server.CollectedMegabytesAsync();
            section.Add(Tally.Text(done), Tally.Text(rate), Tally.Text(server.ResidentMegabytes), managed.ToString("F2", null));
        }

        section.Check("all", tally);
        return section;
    }

    private static async Task WorkAsync(Uri address, int number, int jobs, Tally tally)
    {
        using var client = new LoadClient(address, $"client {number}");
        for (int k = 0; k < jobs; k++)
        {
            string job = await client.BeginJobAsync("""{"sampler":"ddim","steps":2,"count":1}""");
            tally.Add(await client.GetAsync($"{job}/events"));
            tally.Add(await client.GetAsync($"{job}/grid.png"));
        }
    }
}
