using Ddpm.Core;

namespace Ddpm.Hosting;

/// <summary>
/// Says what to draw. What is null has the model's default. The service checks every field against the model and its limits, and names all
/// that are wrong in one <see cref="SampleRequestException"/>.
/// </summary>
public sealed record SampleRequest
{
    /// <summary>Gets the name of the sampler, such as "ddim".</summary>
    /// <value>Default: null (the first that the model's process allows: "ddpm").</value>
    public string? Sampler { get; init; }

    /// <summary>Gets the steps. Range: 1 … the model's limit.</summary>
    /// <value>Default: null (the sampler's).</value>
    public int? Steps { get; init; }

    /// <summary>Gets the name of the rule that chooses the timesteps, such as "karras".</summary>
    /// <value>Default: null (the sampler's).</value>
    public string? Spacing { get; init; }

    /// <summary>Gets η of the sampler "ddim". Range: 0 … 1.</summary>
    /// <value>Default: null (0).</value>
    public double? Eta { get; init; }

    /// <summary>
    /// Gets r of the samplers "langevin" and "predictor-corrector", which sets the length of a Langevin step. Range: 0 &lt; r ≤ 1, for
    /// "langevin" ≤ √½.
    /// </summary>
    /// <value>Default: null (0.4 and 0.16).</value>
    public double? SignalToNoise { get; init; }

    /// <summary>
    /// Gets the Langevin steps of the samplers "langevin" and "predictor-corrector" at each noise level. Range: 1 … 100, for "langevin" as
    /// many as are stable.
    /// </summary>
    /// <value>Default: null (as few as are stable, and 1).</value>
    public int? StepsPerLevel { get; init; }

    /// <summary>Gets the number of pictures. Range: 1 … the model's limit.</summary>
    /// <value>Default: null (1).</value>
    public int? Count { get; init; }

    /// <summary>Gets the seed: picture k depends on the seed and k alone. Range: 0 … 2^53 - 1.</summary>
    /// <value>Default: null (a random one, which the pictures' settings say).</value>
    public long? Seed { get; init; }

    /// <summary>Gets the seed of the last picture: the pictures lie between those of two seeds. Range: 0 … 2^53 - 1.</summary>
    /// <value>Default: null (every picture has its own noise).</value>
    public long? ToSeed { get; init; }

    /// <summary>Gets the classes: picture k is of the k-th, over and over.</summary>
    /// <value>Default: null (no class).</value>
    public IReadOnlyList<ClassLabel>? Labels { get; init; }

    /// <summary>
    /// Gets the conditions of the model, by their names (<see cref="ModelInformation.Conditions"/>): picture k has the k-th value of each,
    /// over and over. One value is for all pictures.
    /// </summary>
    /// <value>Default: null (none), for models without conditions.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<ConditionValue>>? Conditions { get; init; }

    /// <summary>
    /// Gets w of guidance: classifier-free guidance to the class and the conditions, or away from the weaker model where the service has
    /// one (<see cref="ModelInformation.IsAutoguided"/>). Range: 0 … 20; 1 is none.
    /// </summary>
    /// <value>Default: null (1).</value>
    public double? Guidance { get; init; }

    /// <summary>
    /// Gets the timesteps at which guidance acts, of the T of the model (arXiv:2404.07724). Only with <see cref="Guidance"/>.
    /// </summary>
    /// <value>Default: null (all).</value>
    public GuidanceInterval? GuidanceInterval { get; init; }

    /// <summary>
    /// Gets the names of conditions that guidance does not strengthen: those that the model was never trained without. Only with
    /// <see cref="Guidance"/>.
    /// </summary>
    /// <value>Default: null (none).</value>
    public IReadOnlyList<string>? KeptConditions { get; init; }

    /// <summary>Gets the width in pixels, where the model's limits allow other sizes than its own.</summary>
    /// <value>Default: null (the model's).</value>
    public int? Width { get; init; }

    /// <summary>Gets the height in pixels, where the model's limits allow other sizes than its own.</summary>
    /// <value>Default: null (the model's).</value>
    public int? Height { get; init; }

    /// <summary>Gets how many steps lie between two previews. Range: 1 … 1000000.</summary>
    /// <value>Default: null (some forty in a run, or one a second).</value>
    public int? PreviewEvery { get; init; }

    /// <summary>Gets a picture as a PNG file, of which the run draws variations, or whose masked part it fills in.</summary>
    /// <value>Default: null (pure noise).</value>
    public ReadOnlyMemory<byte>? Image { get; init; }

    /// <summary>Gets a second picture as a PNG file: the pictures lie between both.</summary>
    /// <value>Default: null.</value>
    public ReadOnlyMemory<byte>? ToImage { get; init; }

    /// <summary>Gets how much of the picture noise replaces, as a share of the steps. Range: 0 &lt; strength ≤ 1.</summary>
    /// <value>Default: null (0.5).</value>
    public double? Strength { get; init; }

    /// <summary>Gets a mask as a PNG file: white is drawn, black is kept; with <see cref="Image"/> and the sampler "ddpm".</summary>
    /// <value>Default: null.</value>
    public ReadOnlyMemory<byte>? Mask { get; init; }

    /// <summary>Gets how often inpainting repeats each section of its run. Range: 1 … 20.</summary>
    /// <value>Default: null (10, as in the paper).</value>
    public int? Resamples { get; init; }

    /// <summary>Gets who asks. Callers take turns, so that one with many requests delays no other.</summary>
    /// <value>Default: null (all requests without a caller are of one).</value>
    public string? Caller { get; init; }
}
