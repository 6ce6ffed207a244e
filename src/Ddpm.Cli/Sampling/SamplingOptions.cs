using Ddpm.Core;

namespace Ddpm.Cli.Sampling;

/// <summary>How samples are drawn from a model folder.</summary>
internal sealed record SamplingOptions
{
    public required string Sampler { get; init; }

    public int? Steps { get; init; }

    public required string Spacing { get; init; }

    public double? Eta { get; init; }

    public bool KeepNoise { get; init; }

    public long Seed { get; init; }

    public required string Noise { get; init; }

    public int BatchSize { get; init; }

    public string? Label { get; init; }

    public double Guidance { get; init; }

    public double GuidanceRescale { get; init; }

    public required string Rounding { get; init; }

    public required string Device { get; init; }

    public required string Dtype { get; init; }

    /// <summary>The same on the device of a rank.</summary>
    public SamplingOptions On(ICommunicator ranks) => this with { Device = Communicators.Device(Device, ranks).ToString() };
}
