using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>What to sample: how many examples of which shape, from which noise, where.</summary>
public sealed record SamplingRequest
{
    /// <summary>The number of samples. Range: ≥ 1.</summary>
    public required int Count { get; init; }

    /// <summary>The shape of one sample, without the batch axis: [C, H, W] for images.</summary>
    public required IReadOnlyList<long> SampleShape { get; init; }

    /// <summary>Where the randomness comes from, such as <see cref="PerSampleNoise"/>.</summary>
    public required INoiseSource Noise { get; init; }

    /// <summary>The number of the first sample; sample k of one request is sample k - n of a request that starts at n. Range: ≥ 0.</summary>
    /// <value>0.</value>
    public long FirstSample { get; init; }

    /// <summary>How many samples the network sees at once; bounds the memory. Range: ≥ 1.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>The type of x_t.</summary>
    /// <value>float32.</value>
    public ScalarType ElementType { get; init; } = ScalarType.Float32;

    /// <summary>The device of the network and of x_t.</summary>
    /// <value>The CPU.</value>
    public Device Device { get; init; } = CPU;

    internal SamplingRequest Validated()
    {
        Require.AtLeast(Count, 1);
        Require.AtLeast(FirstSample, 0);
        Require.AtLeast(BatchSize, 1);
        if (SampleShape is null || SampleShape.Any(size => size < 1))
        {
            throw new ArgumentException($"SampleShape must have positive sizes, but is {(SampleShape is null ? "null" : Require.Shape([.. SampleShape]))}.", nameof(SampleShape));
        }

        ArgumentNullException.ThrowIfNull(Noise);
        return this;
    }
}
