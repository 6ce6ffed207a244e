using System.Globalization;

namespace Ddpm.HostingLoad;

/// <summary>A server that is stopped in the middle of its work.</summary>
internal static class Termination
{
    private const int Waiting = 8, Watching = 4;

    /// <summary>Sends SIGTERM while one run draws and others wait, and collects what their clients see.</summary>
    public static async Task<Section> RunAsync(Effort _, CancellationToken stop)
    {
        var section = new Section(
            "SIGTERM in the middle",
            $"{Waiting} clients wait for answers and {Watching} watch events, of 64 pictures of clothes in 1,000 steps; one run draws,\n"
                + "the others wait.",
            "", "");
        if (OperatingSystem.IsWindows()) return section;
        await using ServerProcess server = await ServerProcess.StartAsync(LoadServer.Clothes, 16);
        LoadClient[] clients = [.. Enumerable.Range(0, Waiting + Watching).Select(k => new LoadClient(server.Address, $"client {k}"))];
        const string body = """{"count":64,"seed":1}""";
        Task<Answer>[] asked =
        [
            .. clients.Select((client, k) => client.PostAsync("/api/samples", body, k < Waiting ? null : "text/event-stream")),
        ];
        await Task.Delay(500, stop);
        (TimeSpan time, int exitCode) = await server.TerminateAsync();
        Answer[] answers = await Task.WhenAll(asked);
        foreach (LoadClient client in clients) client.Dispose();

        Tally answered = new(), watched = new();
        foreach (Answer answer in answers[..Waiting]) answered.Add(answer);
        foreach (Answer answer in answers[Waiting..]) watched.Add(answer);
        section.Check("answers", answered);
        section.Check("streams", watched);
        int said = answers.Count(answer => answer.Text.Contains("The server was stopped.", StringComparison.Ordinal));
        section.Add("from the signal to the end of the process, ms", Tally.Text(time.TotalMilliseconds));
        section.Add("exit code", exitCode.ToString(CultureInfo.InvariantCulture));
        section.Add("statuses of answers", answered.Statuses);
        section.Add("statuses of streams", watched.Statuses);
        section.Add("answers and streams whose last words are “The server was stopped.”", $"{said} of {answers.Length}");
        if (said < answers.Length || exitCode != 0)
        {
            section.Faults.Add($"SIGTERM must end with words to {answers.Length} clients and code 0, but they are {said} and {exitCode}.");
        }

        return section;
    }
}
