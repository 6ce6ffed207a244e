namespace Ddpm.Cli.Sampling;

/// <summary>What a user may choose of <c>ddpm sample</c>.</summary>
internal sealed record SampleOptions
{
    public required string Model { get; init; }

    public required string Output { get; init; }

    public required SamplingOptions Sampling { get; init; }

    /// <summary>How many; null for 16, or as many as <see cref="Start"/> has.</summary>
    public int? Count { get; init; }

    public int First { get; init; }

    public string? Start { get; init; }

    public bool SaveTensors { get; init; }

    /// <summary>The most samples in the grid; 0 for no grid.</summary>
    public int Grid { get; init; }
}
