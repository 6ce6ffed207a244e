namespace Ddpm.HostingLoad;

/// <summary>Clients with one request at a time each, which wait when they are refused.</summary>
internal static class QuietClients
{
    /// <summary>How many they are.</summary>
    public const int Count = 4;

    /// <summary>Lets each make its requests.</summary>
    /// <param name="address">The server.</param>
    /// <param name="requests">The requests of each.</param>
    /// <param name="tally">Receives the answers.</param>
    public static Task AskAsync(Uri address, int requests, Tally tally) =>
        Task.WhenAll(Enumerable.Range(0, Count).Select(number => AskAsync(address, number, requests, tally)));

    private static async Task AskAsync(Uri address, int number, int requests, Tally tally)
    {
        using var client = new LoadClient(address, $"quiet {number}");
        for (int k = 0; k < requests; k++)
        {
            Answer answer = await client.PostAsync("/api/samples", LoadClient.Short(k));
            tally.Add(answer);
            if (answer.RetryAfter is { } time) await Task.Delay(time);
        }
    }
}
