using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Describes what to sample: the number of samples, their classes and the seed.</summary>
public sealed record InferenceRequest
{
    private readonly int? count;

    /// <summary>Gets the number of samples. Range: ≥ 1.</summary>
    /// <value>With <see cref="Labels"/> their number times <see cref="SamplesPerLabel"/>; another is refused. Otherwise 1.</value>
    public int Count
    {
        get => count ?? (Labels is null ? 1 : (int)Math.Clamp((long)Labels.Count * SamplesPerLabel, 0, int.MaxValue));
        init => count = value;
    }

    /// <summary>Gets the seed of the noise; any number. Sample k depends on the seed and on k only, not on its batch.</summary>
    /// <value>Default: 0.</value>
    public long Seed { get; init; }

    /// <summary>
    /// Gets the number of the first sample; sample k of one request is sample k - n of a request that starts at n. Range: ≥ 0.
    /// </summary>
    /// <value>Default: 0.</value>
    public long FirstSample { get; init; }

    /// <summary>
    /// Gets the noise of each sample, in place of <see cref="Seed"/> and <see cref="FirstSample"/>: samples of several requests become one
    /// run.
    /// </summary>
    /// <value>Default: null (<see cref="Seed"/> and the number of the sample).</value>
    public IReadOnlyList<SampleNoise>? Noise { get; init; }

    /// <summary>Gets how many samples the network sees at once, which bounds the memory. Range: ≥ 1.</summary>
    /// <value>Default: 64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Gets the shape of one sample, without the batch axis: [C, H, W], [C, L] or [C].</summary>
    /// <value>Default: null (that of the model).</value>
    public IReadOnlyList<int>? SampleShape { get; init; }

    /// <summary>Gets the numbers of samples to skip, such as those that an interrupted run has finished.</summary>
    /// <value>Default: none.</value>
    public IReadOnlySet<long>? Skip { get; init; }

    /// <summary>
    /// Gets the classes to draw: sample k of the request is of class Labels[k / <see cref="SamplesPerLabel"/>]; -1 is none. They
    /// fix <see cref="Count"/>.
    /// </summary>
    /// <value>Default: null (no class).</value>
    public IReadOnlyList<long>? Labels { get; init; }

    /// <summary>
    /// Gets the numbers of each condition of the network, by its name: N rows of [C, …], or of [C] for a vector, the last axis fastest.
    /// Sample k of the request gets row k / <see cref="SamplesPerLabel"/>, so that N times that is <see cref="Count"/>. Zeros stand for a
    /// condition that is absent.
    /// </summary>
    /// <value>Default: null (none).</value>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>>? Conditions { get; init; }

    /// <summary>
    /// Gets how many samples to draw for each of the <see cref="Labels"/>, or for each row of the <see cref="Conditions"/>. Range: ≥ 1.
    /// </summary>
    /// <value>Default: 1.</value>
    public int SamplesPerLabel { get; init; } = 1;

    /// <summary>
    /// Gets w of guidance: 1: no guidance; a larger w gives more typical and less varied samples. It is classifier-free guidance (Ho and
    /// Salimans 2022, arXiv:2207.12598), or autoguidance with an <see cref="InferenceSamplerOptions.WeakModel"/>. Either asks for two
    /// predictions per step. Range: ≥ 0.
    /// </summary>
    /// <value>Default: 1.</value>
    public double GuidanceScale { get; init; } = 1;

    /// <summary>
    /// Gets the share of the guided prediction that is rescaled to the standard deviation of the conditional one, against over-exposure
    /// (Lin et al. 2023, arXiv:2305.08891, sec. 3.4; 0.7 there). Range: 0 … 1.
    /// </summary>
    /// <value>Default: 0.</value>
    public double GuidanceRescale { get; init; }

    /// <summary>Gets the timesteps with guidance (Kynkäänniemi et al. 2024, arXiv:2404.07724).</summary>
    /// <value>Default: null (all).</value>
    public GuidanceInterval? GuidanceInterval { get; init; }

    /// <summary>
    /// Gets the names of conditions that guidance does not strengthen: both of its predictions get them. The others are zeros in the
    /// second.
    /// </summary>
    /// <value>Default: none.</value>
    public IReadOnlyCollection<string> KeptConditions { get; init; } = [];

    /// <summary>Gets the start of the run.</summary>
    /// <value>Default: null (with pure noise).</value>
    public InferenceStart? Start { get; init; }

    /// <summary>
    /// Gets the known parts of the samples, around which the run fills in the rest; only with <see cref="SamplingMethod.Ddpm"/>.
    /// </summary>
    /// <value>Default: null.</value>
    public InferenceInpainting? Inpainting { get; init; }

    /// <summary>Sees the run at intervals of <see cref="PreviewEvery"/> steps, and at its end.</summary>
    /// <value>Default: null.</value>
    public Action<InferenceState>? Preview { get; init; }

    /// <summary>Gets how many steps lie between two previews of a batch. Range: ≥ 1.</summary>
    /// <value>Default: 50.</value>
    public int PreviewEvery { get; init; } = 50;

    /// <summary>The samples to draw, counted from the first.</summary>
    internal int[] Positions() =>
        [.. Enumerable.Range(0, Count).Where(position => Skip?.Contains(FirstSample + position) != true)];
}
