using System.Net;

namespace Ddpm.Web;

/// <summary>Where the server listens, and its limits.</summary>
internal sealed record ServerOptions
{
    /// <summary>The address to listen at; the loopback address unless the owner of the machine says otherwise.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; init; } = 5080;

    /// <summary>The most samples of one run. They go through the network together, so that this bounds the memory.</summary>
    public int MaxCount { get; init; } = 64;

    /// <summary>The most steps of one run; null for the T of the model's process.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>The runs that may wait for their turn.</summary>
    public int QueueLength { get; init; } = 16;

    /// <summary>The runs whose pictures are kept for download; the oldest goes first.</summary>
    public int KeptRuns { get; init; } = 16;

    /// <summary>The longest body of a request, in bytes.</summary>
    public int MaxBodyBytes { get; init; } = 4096;

    /// <summary>The time that the body of a request may take.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time that a run continues without watchers: enough to reload a page or to reconnect.</summary>
    public TimeSpan AbandonedAfter { get; init; } = TimeSpan.FromSeconds(3);
}
