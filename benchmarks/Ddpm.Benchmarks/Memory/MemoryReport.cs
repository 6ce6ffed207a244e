using System.Text.Json;

namespace Ddpm.Benchmarks;

/// <summary>What a child process tells of its memory, in bytes.</summary>
internal sealed record MemoryReport
{
    public required string Way { get; init; }

    /// <summary>Resident before there is a network: the runtime and the code of libtorch.</summary>
    public required long Alone { get; init; }

    /// <summary>The network's weights.</summary>
    public required long Weights { get; init; }

    /// <summary>What the plan holds; 0 without one.</summary>
    public required long Plan { get; init; }

    /// <summary>See <see cref="Benchmarks.Activations"/>.</summary>
    public required long Activations { get; init; }

    /// <summary>The most that was resident during the run.</summary>
    public required long Peak { get; init; }

    /// <summary>Resident after so many steps.</summary>
    public required IReadOnlyList<MemoryPoint> Course { get; init; }

    /// <summary>Resident after network, sampler and samples were disposed.</summary>
    public required long AfterDispose { get; init; }

    /// <summary>Tensors that were alive then.</summary>
    public required long LiveTensors { get; init; }

    /// <summary>What a run needs in any case.</summary>
    public long Sum => Weights + Plan + Activations;

    /// <summary>What it took, and the network.</summary>
    public double Run => Peak - Alone;

    /// <summary>As one line of text.</summary>
    public string ToLine() => JsonSerializer.Serialize(this);

    /// <summary>Back from it.</summary>
    public static MemoryReport Parse(string line) => JsonSerializer.Deserialize<MemoryReport>(line)!;
}
