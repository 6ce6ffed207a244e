using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Sets how an <see cref="InferenceSampler"/> samples.</summary>
public sealed record InferenceSamplerOptions
{
    /// <summary>Gets the defaults of the method on all cores.</summary>
    public static InferenceSamplerOptions Default { get; } = new();

    /// <summary>Gets how many steps a run takes. Range: 1 … T.</summary>
    /// <value>Default: null (the method's <see cref="SamplingMethod.DefaultSteps"/>).</value>
    public int? Steps { get; init; }

    /// <summary>Gets the rule that chooses the timesteps of the steps.</summary>
    /// <value>Default: null (the method's <see cref="SamplingMethod.DefaultSpacing"/>).</value>
    public SpacingRule? Spacing { get; init; }

    /// <summary>Gets the timesteps to visit, ascending, in place of <see cref="Steps"/> and <see cref="Spacing"/>.</summary>
    /// <value>Default: null.</value>
    public IReadOnlyList<int>? Timesteps { get; init; }

    /// <summary>
    /// Gets η of <see cref="SamplingMethod.Ddim"/>: the amount of noise that a step adds; 0: none, 1: as much as ancestral sampling. Range:
    /// 0 ≤ η ≤ 1.
    /// </summary>
    /// <value>Default: 0.</value>
    public double Eta { get; init; }

    /// <summary>
    /// Gets whether <see cref="SamplingMethod.Ddim"/> derives the noise again from the clipped x̂_0 instead of keeping it as the network
    /// gave it.
    /// </summary>
    /// <value>Default: true.</value>
    public bool RederiveNoise { get; init; } = true;

    /// <summary>
    /// Gets measurements e_t of the network over its timesteps, which give the best variance of each step of
    /// <see cref="SamplingMethod.Ddpm"/> and <see cref="SamplingMethod.Ddim"/>: Analytic-DPM (Bao et al. 2022, arXiv:2201.06503).
    /// </summary>
    /// <value>Default: null (the variance of the process).</value>
    public IReadOnlyList<double>? Calibration { get; init; }

    /// <summary>
    /// Gets the most noise that the last noisy step of <see cref="SamplingMethod.Ddpm"/> with <see cref="Calibration"/> may leave, as its
    /// mean magnitude in pixel values of 0–255. Range: &gt; 0.
    /// </summary>
    /// <value>Default: null (no limit).</value>
    public double? LastStepLimit { get; init; }

    /// <summary>
    /// Gets the settings of the Langevin steps of <see cref="SamplingMethod.Langevin"/> and
    /// <see cref="SamplingMethod.PredictorCorrector"/>.
    /// </summary>
    /// <value>Default: null (<see cref="LangevinOptions.Annealing"/> or <see cref="LangevinOptions.Corrector"/>).</value>
    public LangevinOptions? Langevin { get; init; }

    /// <summary>
    /// Gets a weaker version of the model, such as an earlier snapshot of its training, for autoguidance (Karras et al. 2024,
    /// arXiv:2406.02507): <see cref="InferenceRequest.GuidanceScale"/> then leads away from its predictions, and needs no classes. The
    /// caller keeps it while the sampler lives.
    /// </summary>
    /// <value>Default: null (guidance leads away from the predictions without conditions).</value>
    public InferenceModel? WeakModel { get; init; }

    /// <summary>Gets how the weights of convolutions and dense layers are stored. All arithmetic is float32.</summary>
    /// <value>Default: <see cref="WeightPrecision.Full"/>.</value>
    public WeightPrecision Weights { get; init; }

    /// <summary>Gets how many threads share the work, including the caller. Samples do not depend on the number. Range: ≥ 1.</summary>
    /// <value>Default: null (one for each processor).</value>
    public int? Threads { get; init; }

    internal InferenceSamplerOptions Validated(SamplingMethod method)
    {
        Require.UnitInterval(Eta);
        if (Threads is { } threads) Require.AtLeast(threads, 1, nameof(Threads));
        if (LastStepLimit is { } limit) Require.Positive(limit, nameof(LastStepLimit));
        if (!Enum.IsDefined(Weights)) throw new ArgumentException($"Weights must be Full or BFloat16, but is {Weights}.");
        if (Timesteps is not null && (Steps is not null || Spacing is not null))
        {
            throw new ArgumentException("Timesteps must be null where Steps or Spacing is given.");
        }

        bool ddim = method == SamplingMethod.Ddim, ddpm = method == SamplingMethod.Ddpm;
        if (!ddim && Eta != 0) throw new ArgumentException($"Eta must be 0 for {method}, but is {Eta}.");
        if (!ddim && !RederiveNoise) throw new ArgumentException($"RederiveNoise must be true for {method}.");
        if (Calibration is not null && !ddim && !ddpm)
        {
            throw new ArgumentException($"Calibration must be null for {method}, which has no variance.");
        }

        if (Langevin is not null && !method.TakesLangevinSteps)
        {
            throw new ArgumentException($"Langevin must be null for {method}, which takes no Langevin steps.");
        }

        Langevin?.Validated();
        bool unused = LastStepLimit is not null && !(ddpm && Calibration is not null);
        return !unused ? this : throw new ArgumentException(
            $"LastStepLimit must be null but for {SamplingMethod.Ddpm} with Calibration, but is {LastStepLimit}.");
    }
}
