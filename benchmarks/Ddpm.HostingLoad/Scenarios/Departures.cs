namespace Ddpm.HostingLoad;

/// <summary>Clients that watch a run and hang up in the middle.</summary>
internal static class Departures
{
    private const int Read = 20_000;

    /// <summary>Measures how long the server works on for a client that has left.</summary>
    public static async Task<Section> RunAsync(Effort effort, CancellationToken stop)
    {
        var section = new Section(
            "Clients that leave",
            $"A client watches 16 pictures of clothes in 1,000 steps of DDPM as events, reads 20 KB and hangs up;\n"
                + $"{effort.Departures} times. The server has let go when it neither draws nor holds the run. In comparison: the\n"
                + "time of one step.",
            "", "median ms", "longest ms");
        await using ServerProcess server = await ServerProcess.StartAsync(LoadServer.Clothes, 16);
        const string body = """{"count":16,"seed":1,"previewEvery":1}""";
        List<double> times = [];
        for (int k = 0; k < effort.Departures; k++)
        {
            stop.ThrowIfCancellationRequested();
            using var client = new LoadClient(server.Address, "guest");
            await client.LeaveAsync(body, Read);
            times.Add((await server.UntilIdleAsync()).TotalMilliseconds);
        }

        List<double> steps = [];
        using (var client = new LoadClient(server.Address, "guest"))
        {
            for (int k = 0; k < 3; k++)
            {
                Answer answer = await client.PostAsync("/api/samples", """{"sampler":"ddim","steps":4,"count":16}""");
                steps.Add(answer.Time.TotalMilliseconds / 4);
            }
        }

        section.Add("from hanging up until the server has let go", Tally.Text(Median(times)), Tally.Text(times.Max()));
        section.Add("one step of 16 pictures", Tally.Text(Median(steps)), Tally.Text(steps.Max()));
        return section;
    }

    private static double Median(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return sorted[sorted.Length / 2];
    }
}
