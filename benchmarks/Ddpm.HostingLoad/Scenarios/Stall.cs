using System.Globalization;

namespace Ddpm.HostingLoad;

/// <summary>Clients that open a stream of events and read nothing, beside clients that ask.</summary>
internal static class Stall
{
    private const int Stalled = 4, Quiet = 4;

    /// <summary>Measures the others alone and beside the stalled streams, and what becomes of these.</summary>
    public static async Task<Section> RunAsync(Effort effort, CancellationToken stop)
    {
        var section = new Section(
            "Clients that stall",
            $"{Stalled} clients ask for 64 pictures with a preview at each of 20 steps, some 100 KB an event, and read nothing;\n"
                + $"{Quiet} others ask as above. A stream is cut when the server closes the connection before the last event; the events\n"
                + "of others wait in the system's buffers.",
            "stalled streams", "pictures of the others", "median", "90 %", "99 %", "longest", "streams cut", "peak memory", "end");
        foreach (int stalled in new[] { 0, Stalled })
        {
            stop.ThrowIfCancellationRequested();
            await using ServerProcess server = await ServerProcess.StartAsync(effort.Model, 16);
            var tally = new Tally();
            StalledStream[] streams =
            [
                .. Enumerable.Range(0, stalled).Select(k => new StalledStream(
                    server.Address, $$"""{"sampler":"ddim","steps":20,"count":64,"seed":{{k}},"previewEvery":1}""")),
            ];
            await Task.WhenAll(Enumerable.Range(0, Quiet).Select(k => AskAsync(server.Address, k, effort.QuietRequests, tally)));
            await server.UntilIdleAsync();
            int cut = streams.Count(stream => stream.ReadAll().IsCut);
            foreach (StalledStream stream in streams) stream.Dispose();
            section.Check($"{stalled} stalled", tally);
            section.Add(
                [
                    stalled.ToString(CultureInfo.InvariantCulture), Tally.Text(tally.Completed), .. tally.Percentiles(),
                    cut.ToString(CultureInfo.InvariantCulture), Tally.Text(server.PeakMegabytes), Tally.Text(server.ResidentMegabytes),
                ]);
        }

        return section;
    }

    private static async Task AskAsync(Uri address, int number, int requests, Tally tally)
    {
        using var client = new LoadClient(address, $"quiet {number}");
        for (int k = 0; k < requests; k++) tally.Add(await client.PostAsync("/api/samples", LoadClient.Short(k)));
    }
}
