using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Describes what to sample: the number and shape of the samples, their noise and device.</summary>
public sealed record SamplingRequest
{
    private readonly int? count;

    /// <summary>Gets the number of samples. Range: ≥ 1.</summary>
    /// <value>
    /// With <see cref="Labels"/> or <see cref="Conditions"/> their number times <see cref="SamplesPerLabel"/>; another is refused.
    /// Otherwise 1.
    /// </value>
    public int Count
    {
        get => count ?? (Given is { } given ? (int)Math.Clamp(given * SamplesPerLabel, 0, int.MaxValue) : 1);
        init => count = value;
    }

    /// <summary>Gets the shape of one sample, without the batch axis: [C, H, W] for images.</summary>
    public required IReadOnlyList<long> SampleShape { get; init; }

    /// <summary>Gets the source of the randomness, such as <see cref="PerSampleNoise"/>.</summary>
    public required INoiseSource Noise { get; init; }

    /// <summary>
    /// Gets the number of the first sample; sample k of one request is sample k - n of a request that starts at n. Range: ≥ 0.
    /// </summary>
    /// <value>Default: 0.</value>
    public long FirstSample { get; init; }

    /// <summary>Gets how many samples the network sees at once, which bounds the memory. Range: ≥ 1.</summary>
    /// <value>Default: 64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Gets the type of x_t.</summary>
    /// <value>Default: float32.</value>
    public ScalarType ElementType { get; init; } = ScalarType.Float32;

    /// <summary>Gets the device of the network and of x_t.</summary>
    /// <value>Default: the CPU.</value>
    public Device Device { get; init; } = CPU;

    /// <summary>Gets the numbers of samples to skip, such as those that an interrupted run has finished.</summary>
    /// <value>Default: none.</value>
    public IReadOnlySet<long>? Skip { get; init; }

    /// <summary>
    /// Gets the classes to draw, for an <see cref="IConditionalEpsilonModel"/>: sample k of the request is of class Labels[k /
    /// <see cref="SamplesPerLabel"/>]; -1 is none. They fix <see cref="Count"/>.
    /// </summary>
    /// <value>Default: null (no class).</value>
    public IReadOnlyList<long>? Labels { get; init; }

    /// <summary>
    /// Gets a tensor for each of <see cref="IConditionalEpsilonModel.Conditions"/>, by its name: [N, C, …], or [N, C] for a vector. Sample
    /// k of the request gets row k / <see cref="SamplesPerLabel"/>. They fix <see cref="Count"/>; with <see cref="Labels"/> both are N. The
    /// caller keeps the tensors until the run has ended.
    /// </summary>
    /// <value>Default: null (none).</value>
    public IReadOnlyDictionary<string, Tensor>? Conditions { get; init; }

    /// <summary>
    /// Gets how many samples to draw for each of the <see cref="Labels"/>, or for each row of the <see cref="Conditions"/>. Range: ≥ 1.
    /// </summary>
    /// <value>Default: 1.</value>
    public int SamplesPerLabel { get; init; } = 1;

    /// <summary>Gets the noisy examples from which the run starts.</summary>
    /// <value>Default: null (pure noise at t = T-1).</value>
    public SamplingStart? Start { get; init; }

    /// <summary>Takes part in every step.</summary>
    /// <value>Default: null.</value>
    public IStepHook? Hook { get; init; }

    /// <summary>
    /// Sees the run at intervals of <see cref="PreviewEvery"/> steps, and at its end; the tensors of the state live until it returns.
    /// </summary>
    /// <value>Default: null.</value>
    public Action<SamplingState>? Preview { get; init; }

    /// <summary>Gets how many steps lie between two previews of a batch. Range: ≥ 1.</summary>
    /// <value>Default: 50.</value>
    public int PreviewEvery { get; init; } = 50;

    // How many labels or conditions there are; null where neither is given.
    private long? Given => Labels?.Count ?? Rows(Conditions);

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
        if (Given is { } given && given * SamplesPerLabel != Count)
        {
            string name = Labels is null ? nameof(Conditions) : nameof(Labels);
            throw new ArgumentException(
                $"{name} must be as many that {SamplesPerLabel} of each make Count = {Count}, but are {given}.", name);
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

    private static long? Rows(IReadOnlyDictionary<string, Tensor>? conditions)
    {
        if (conditions is not { Count: > 0 }) return null;
        TorchRuntime.EnsureLoaded();
        return conditions.Values.FirstOrDefault(value => value?.dim() > 0)?.size(0);
    }
}
