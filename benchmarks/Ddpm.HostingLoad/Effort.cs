namespace Ddpm.HostingLoad;

/// <summary>How much is measured.</summary>
internal sealed record Effort
{
    /// <summary>The report of the docs: some minutes.</summary>
    public static Effort Full { get; } = new();

    /// <summary>Everything in a few seconds, to see that it runs.</summary>
    public static Effort Quick { get; } = new()
    {
        Model = LoadServer.Tiny,
        Clients = [1, 8, 64],
        LeastRequests = 16,
        QuietRequests = 10,
        Departures = 3,
        Jobs = 200,
        JobsBefore = 20,
    };

    /// <summary>The name of the model that a server loads.</summary>
    public string Model { get; init; } = LoadServer.Clothes;

    /// <summary>The numbers of clients.</summary>
    public IReadOnlyList<int> Clients { get; init; } = [1, 8, 64, 500];

    /// <summary>The fewest pictures that all clients get together; one for each client where that is more.</summary>
    public int LeastRequests { get; init; } = 60;

    /// <summary>The requests of each quiet client beside one that floods.</summary>
    public int QuietRequests { get; init; } = 15;

    /// <summary>The clients that leave in the middle, one after the other.</summary>
    public int Departures { get; init; } = 20;

    /// <summary>The jobs in a row.</summary>
    public int Jobs { get; init; } = 10_000;

    /// <summary>The jobs before memory is first compared: what is compiled and pooled once is no growth.</summary>
    public int JobsBefore { get; init; } = 1000;
}
