using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>What to sample: how many examples of which shape, from which noise, where.</summary>
public sealed record SamplingRequest
{
    private readonly int? count;

    /// <summary>The number of samples. Range: ≥ 1.</summary>
    /// <value>With <see cref="Labels"/> their number times <see cref="SamplesPerLabel"/>; another is refused. Otherwise 1.</value>
    public int Count
    {
        get => count ?? (Labels is null ? 1 : (int)Math.Clamp((long)Labels.Count * SamplesPerLabel, 0, int.MaxValue));
        init => count = value;
    }

    /// <summary>The shape of one sample, without the batch axis: [C, H, W] for images.</summary>
    public required IReadOnlyList<long> SampleShape { get; init; }

    /// <summary>Where the randomness comes from, such as <see cref="PerSampleNoise"/>.</summary>
    public required INoiseSource Noise { get; init; }

    /// <summary>
    /// The number of the first sample; sample k of one request is sample k - n of a request that starts at n. Range: ≥ 0.
    /// </summary>
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

    /// <summary>Samples that are not to be drawn, by their numbers: those that an interrupted run has finished.</summary>
    /// <value>None.</value>
    public IReadOnlySet<long>? Skip { get; init; }

    /// <summary>
    /// The classes to draw, for an <see cref="IConditionalEpsilonModel"/>: sample k of the request is of class Labels[k /
    /// <see cref="SamplesPerLabel"/>]; -1 is none. They fix <see cref="Count"/>.
    /// </summary>
    /// <value>Null: no class.</value>
    public IReadOnlyList<long>? Labels { get; init; }

    /// <summary>How many samples of each of the <see cref="Labels"/>. Range: ≥ 1.</summary>
    /// <value>1.</value>
    public int SamplesPerLabel { get; init; } = 1;

    /// <summary>Where the run begins.</summary>
    /// <value>Null: with pure noise at t = T-1.</value>
    public SamplingStart? Start { get; init; }

    /// <summary>Takes part in every step.</summary>
    /// <value>Null.</value>
    public IStepHook? Hook { get; init; }

    /// <summary>
    /// Sees the run after every so many steps, <see cref="PreviewEvery"/>, and at its end; the state's tensors live until it returns.
    /// </summary>
    /// <value>Null.</value>
    public Action<SamplingState>? Preview { get; init; }

    /// <summary>How many steps lie between two previews of a batch. Range: ≥ 1.</summary>
    /// <value>50.</value>
    public int PreviewEvery { get; init; } = 50;

    internal SamplingRequest Validated()
    {
        Require.AtLeast(SamplesPerLabel, 1);
        if (Labels is { Count: 0 }) throw new ArgumentException("Labels must be null or at least one, but are none.", nameof(Labels));
        Require.AtLeast(Count, 1);
        Require.AtLeast(FirstSample, 0);
        Require.AtLeast(BatchSize, 1);
        if (SampleShape is null || SampleShape.Any(size => size < 1))
        {
            throw new ArgumentException(
                $"SampleShape must have positive sizes, but is {(SampleShape is null ? "null" : Require.Shape([.. SampleShape]))}.",
                nameof(SampleShape));
        }

        ArgumentNullException.ThrowIfNull(Noise);
        Require.AtLeast(PreviewEvery, 1);
        if (Labels is not null && (long)Labels.Count * SamplesPerLabel != Count)
        {
            throw new ArgumentException(
                $"Labels must be as many that {SamplesPerLabel} of each make Count = {Count}, but are {Labels.Count}.",
                nameof(Labels));
        }

        if (Start is { } start)
        {
            long[] expected = [Count, .. SampleShape];
            Require.Batch(start.Xt, "Start.Xt");
            if (!start.Xt.shape.AsSpan().SequenceEqual(expected))
            {
                throw new ArgumentException(
                    $"Start.Xt must have the shape [Count, SampleShape], {Require.Shape(expected)}, but has {Require.Shape(start.Xt)}.",
                    nameof(Start));
            }
        }

        return this;
    }
}
