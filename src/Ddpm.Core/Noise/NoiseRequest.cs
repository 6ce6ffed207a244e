using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>What a sampler asks of an <see cref="INoiseSource"/>.</summary>
public sealed record NoiseRequest
{
    /// <summary>The number of each sample among all that are drawn, one for each row of the batch.</summary>
    public required IReadOnlyList<long> SampleIndices { get; init; }

    /// <summary>Which draw of the sampling run this is: 0 for x_T, then 1, 2, … Range: ≥ 0.</summary>
    public required int Step { get; init; }

    /// <summary>The shape of the noise, [B, …] with B the number of <see cref="SampleIndices"/>.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>The type of the noise.</summary>
    /// <value>float32.</value>
    public ScalarType ElementType { get; init; } = ScalarType.Float32;

    /// <summary>The device of the noise.</summary>
    /// <value>The CPU.</value>
    public Device Device { get; init; } = CPU;
}
