using System.Globalization;

namespace Ddpm.HostingLoad;

/// <summary>Clients that open a stream of events and read nothing, beside clients that ask.</summary>
internal static class Stall
{
    private const int Stalled = 4;

    /// <summary>Measures the others alone and beside the stalled streams, and what becomes of these.</summary>
    public static async Task<Section> RunAsync(Effort effort, CancellationToken stop)
    {
        var section = new Section(
            "Clients that stall",
            $"{Stalled} clients ask for 64 pictures with a preview at each of 20 steps, some 100 KB an event, and read nothing;\n"
                + $"{QuietClients.Count} others ask as above. A stream is cut when the server closes the connection before the last event; "
                + "the events\nof others wait in the system's buffers.",
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
            await QuietClients.AskAsync(server.Address, effort.QuietRequests, tally);
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
}
