namespace Ddpm.HostingLoad;

/// <summary>Quiet clients beside one that asks as fast as it can and does not wait when it is refused.</summary>
internal static class Flood
{
    private const int Connections = 100;
    private static readonly TimeSpan Rude = TimeSpan.FromMilliseconds(100);

    /// <summary>Measures the quiet clients alone and beside the flood.</summary>
    public static async Task<Section> RunAsync(Effort effort, CancellationToken stop)
    {
        var section = new Section(
            "A client that floods",
            $"{QuietClients.Count} quiet clients, each with one request at a time, and one client that keeps {Connections} requests "
                + $"open, and asks\nagain {Rude.TotalMilliseconds} ms after a refusal. The times are those of the quiet ones.",
            "flood, queue", "pictures of the quiet", "median", "90 %", "99 %", "longest", "refused", "pictures of the flood",
            "refused to the flood");
        foreach ((int connections, int queue) in new[] { (0, 16), (Connections, 16), (Connections, 1000) })
        {
            stop.ThrowIfCancellationRequested();
            await using ServerProcess server = await ServerProcess.StartAsync(effort.Model, queue);
            Tally quiet = new(), flood = new();
            using var over = new CancellationTokenSource();
            Task[] flooding = [.. Enumerable.Range(0, connections).Select(_ => FloodAsync(server.Address, flood, over.Token))];
            await QuietClients.AskAsync(server.Address, effort.QuietRequests, quiet);
            await over.CancelAsync();
            await Task.WhenAll(flooding);
            string row = $"{connections}, {queue}";
            section.Check(row, quiet);
            section.Check(row, flood);
            section.Add(
                [
                    row, Tally.Text(quiet.Completed), .. quiet.Percentiles(), Tally.Text(quiet.Refused), Tally.Text(flood.Completed),
                    Tally.Text(flood.Refused),
                ]);
        }

        return section;
    }

    private static async Task FloodAsync(Uri address, Tally tally, CancellationToken over)
    {
        using var client = new LoadClient(address, "flood");
        while (!over.IsCancellationRequested)
        {
            Answer answer = await client.PostAsync("/api/samples", LoadClient.Short(0));
            tally.Add(answer);
            if (answer.Status != 200) await Task.Delay(Rude, CancellationToken.None);
        }
    }
}
