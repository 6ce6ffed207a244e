using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Describes the noise that a sampler requests from an <see cref="INoiseSource"/>.</summary>
public sealed record NoiseRequest
{
    /// <summary>Gets the number of each sample among all samples of the run, one for each row of the batch.</summary>
    public required IReadOnlyList<long> SampleIndices { get; init; }

    /// <summary>Gets which draw of the sampling run this is: 0 for x_T, then 1, 2, … Range: ≥ 0.</summary>
    public required int Step { get; init; }

    /// <summary>Gets the shape of the noise, [B, …] with B the number of <see cref="SampleIndices"/>.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>Gets the type of the noise.</summary>
    /// <value>Default: float32.</value>
    public ScalarType ElementType { get; init; } = ScalarType.Float32;

    /// <summary>Creates a request for the shape, type and device of a batch.</summary>
    /// <param name="like">The batch, [B, …].</param>
    /// <param name="firstSample">The number of its first example. Range: ≥ 0.</param>
    /// <param name="step">Which draw this is. Range: ≥ 0.</param>
    /// <returns>The request.</returns>
    /// <exception cref="ArgumentException"><paramref name="like"/> has no batch axis or does not hold floating-point numbers.</exception>
    public static NoiseRequest For(Tensor like, long firstSample, int step) => new()
    {
        SampleIndices = [.. Enumerable.Range(0, checked((int)Require.Batch(like).size(0))).Select(k => firstSample + k)],
        Step = step,
        Shape = like.shape,
        ElementType = like.dtype,
        Device = like.device,
    };

    /// <summary>Gets the device of the noise.</summary>
    /// <value>Default: the CPU.</value>
    public Device Device { get; init; } = CPU;
}
