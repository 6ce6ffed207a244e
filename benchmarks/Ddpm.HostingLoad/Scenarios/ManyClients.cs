using System.Diagnostics;

namespace Ddpm.HostingLoad;

/// <summary>Clients that ask again as soon as they are answered, or when a full queue told them to.</summary>
internal static class ManyClients
{
    private const int DefaultQueue = 16, DeepQueue = 1000;

    /// <summary>Measures each number of clients, with the default queue and with one that holds them all.</summary>
    public static async Task<Section> RunAsync(Effort effort, CancellationToken stop)
    {
        var section = new Section(
            "Many clients",
            "Each client asks again as soon as it is answered; one that the full queue refuses (503) waits as long as `Retry-After`\n"
                + "says. A measurement ends after so many pictures. The last columns are the fewest and the most pictures of a\n"
                + "client, and memory.",
            "clients, queue", "pictures", "a second", "median", "90 %", "99 %", "longest", "refused", "other errors", "per client",
            "at start", "peak", "end");
        foreach (int clients in effort.Clients)
        {
            foreach (int queue in new[] { DefaultQueue, DeepQueue }.Where(queue => clients > DefaultQueue || queue == DefaultQueue))
            {
                stop.ThrowIfCancellationRequested();
                await MeasureAsync(section, effort, clients, queue);
            }
        }

        return section;
    }

    private static async Task MeasureAsync(Section section, Effort effort, int clients, int queue)
    {
        await using ServerProcess server = await ServerProcess.StartAsync(effort.Model, queue);
        double before = server.ResidentMegabytes;
        int wanted = Math.Max(effort.LeastRequests, clients);
        var tally = new Tally();
        long started = Stopwatch.GetTimestamp();
        int[] each = await Task.WhenAll(Enumerable.Range(0, clients).Select(k => AskAsync(server.Address, k, wanted, tally)));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        string row = $"{clients}, {queue}";
        section.Check(row, tally);
        section.Add(
            [
                row, Tally.Text(tally.Completed), Tally.Text(tally.Completed / seconds), .. tally.Percentiles(), Tally.Text(tally.Refused),
                Tally.Text(tally.Faulty), $"{each.Min()} … {each.Max()}", Tally.Text(before), Tally.Text(server.PeakMegabytes),
                Tally.Text(server.ResidentMegabytes),
            ]);
    }

    private static async Task<int> AskAsync(Uri address, int number, int wanted, Tally tally)
    {
        using var client = new LoadClient(address, $"client {number}");
        int completed = 0;
        while (tally.Completed < wanted)
        {
            Answer answer = await client.PostAsync("/api/samples", LoadClient.Short(completed));
            tally.Add(answer);
            if (answer.Status == 200) completed++;
            else if (answer.RetryAfter is { } time) await Task.Delay(time);
            else break;
        }

        return completed;
    }
}
