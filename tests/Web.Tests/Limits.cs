namespace Ddpm.Web.Tests;

/// <summary>The limits of a server.</summary>
internal sealed record Limits
{
    public int MaxCount { get; init; } = 64;

    public int? MaxSteps { get; init; }

    public int QueueLength { get; init; } = 16;

    public int KeptRuns { get; init; } = 16;

    public int MaxBodyBytes { get; init; } = 4096;

    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan AbandonedAfter { get; init; } = TimeSpan.FromSeconds(3);
}
