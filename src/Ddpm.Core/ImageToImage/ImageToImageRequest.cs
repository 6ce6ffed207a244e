using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Describes what to draw given degraded pictures, for <see cref="ImageToImage.Sample"/>.</summary>
public sealed record ImageToImageRequest
{
    /// <summary>Gets the degraded pictures in [-1, 1], such as small ones, floating-point [N, C, h, w]; the caller keeps them.</summary>
    public required Tensor Pictures { get; init; }

    /// <summary>Gets the source of the randomness, such as <see cref="PerSampleNoise"/>.</summary>
    public required INoiseSource Noise { get; init; }

    /// <summary>Gets how many samples to draw for each picture. Range: ≥ 1.</summary>
    /// <value>Default: 1.</value>
    public int SamplesPerPicture { get; init; } = 1;

    /// <summary>
    /// Gets the deviation of the noise in the pictures, which the network is told; nothing is added. Range: 0 …
    /// <see cref="ImageToImage.MostNoise"/>. Pictures with other faults than noise, such as another model's, may gain when you add noise of
    /// that deviation to them.
    /// </summary>
    /// <value>Default: 0.</value>
    public double NoiseLevel { get; init; }

    /// <summary>
    /// Gets whether every sample, degraded again, is exactly the given picture (<see cref="MeanConsistency"/>); for pictures without noise.
    /// </summary>
    /// <value>Default: false.</value>
    public bool Consistent { get; init; }

    /// <summary>Gets the channels of a sample; null: those of the pictures. Range: ≥ 1.</summary>
    /// <value>Default: null.</value>
    public int? Channels { get; init; }

    /// <summary>Gets how many samples the network sees at once. Range: ≥ 1.</summary>
    /// <value>Default: 64.</value>
    public int BatchSize { get; init; } = 64;

    internal ImageToImageRequest Validated()
    {
        Require.Batch(Pictures, nameof(Pictures));
        ArgumentNullException.ThrowIfNull(Noise);
        Require.AtLeast(SamplesPerPicture, 1);
        Require.AtLeast(BatchSize, 1);
        if (Channels is { } channels) Require.AtLeast(channels, 1, nameof(Channels));
        return this;
    }
}
