using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>What to sample: how many examples, of which classes, from which seed.</summary>
public sealed record InferenceRequest
{
    private readonly int? count;

    /// <summary>The number of samples. Range: ≥ 1.</summary>
    /// <value>With <see cref="Labels"/> their number times <see cref="SamplesPerLabel"/>; another is refused. Otherwise 1.</value>
    public int Count
    {
        get => count ?? (Labels is null ? 1 : (int)Math.Clamp((long)Labels.Count * SamplesPerLabel, 0, int.MaxValue));
        init => count = value;
    }

    /// <summary>The seed of the noise; any number. Sample k depends on the seed and on k only, not on its batch.</summary>
    /// <value>0.</value>
    public long Seed { get; init; }

    /// <summary>
    /// The number of the first sample; sample k of one request is sample k - n of a request that starts at n. Range: ≥ 0.
    /// </summary>
    /// <value>0.</value>
    public long FirstSample { get; init; }

    /// <summary>How many samples the network sees at once; bounds the memory. Range: ≥ 1.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>The shape of one sample, without the batch axis: [C, H, W], [C, L] or [C].</summary>
    /// <value>Null: that of the model.</value>
    public IReadOnlyList<int>? SampleShape { get; init; }

    /// <summary>Samples that are not to be drawn, by their numbers: those that an interrupted run has finished.</summary>
    /// <value>None.</value>
    public IReadOnlySet<long>? Skip { get; init; }

    /// <summary>
    /// The classes to draw: sample k of the request is of class Labels[k / <see cref="SamplesPerLabel"/>]; -1 is none. They
    /// fix <see cref="Count"/>.
    /// </summary>
    /// <value>Null: no class.</value>
    public IReadOnlyList<long>? Labels { get; init; }

    /// <summary>How many samples of each of the <see cref="Labels"/>. Range: ≥ 1.</summary>
    /// <value>1.</value>
    public int SamplesPerLabel { get; init; } = 1;

    /// <summary>
    /// w of classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598): 1 is none, larger is more typical and less varied. Asks the
    /// network twice a step. Range: ≥ 0.
    /// </summary>
    /// <value>1.</value>
    public double GuidanceScale { get; init; } = 1;

    /// <summary>
    /// How much of the guided prediction is scaled back to the standard deviation of the conditional one, against over-exposure (Lin et
    /// al. 2023, arXiv:2305.08891, sec. 3.4; 0.7 there). Range: 0 … 1.
    /// </summary>
    /// <value>0.</value>
    public double GuidanceRescale { get; init; }

    /// <summary>Where the run begins.</summary>
    /// <value>Null: with pure noise.</value>
    public InferenceStart? Start { get; init; }

    /// <summary>Known parts of the samples, which the run fills in; with <see cref="SamplingMethod.Ddpm"/> only.</summary>
    /// <value>Null.</value>
    public InferenceInpainting? Inpainting { get; init; }

    /// <summary>Sees the run after every so many steps, <see cref="PreviewEvery"/>, and at its end.</summary>
    /// <value>Null.</value>
    public Action<InferenceState>? Preview { get; init; }

    /// <summary>How many steps lie between two previews of a batch. Range: ≥ 1.</summary>
    /// <value>50.</value>
    public int PreviewEvery { get; init; } = 50;

    /// <summary>The samples to draw, counted from the first.</summary>
    internal int[] Positions() =>
        [.. Enumerable.Range(0, Count).Where(position => Skip?.Contains(FirstSample + position) != true)];
}
