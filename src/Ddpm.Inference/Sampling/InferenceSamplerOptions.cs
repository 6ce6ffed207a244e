using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>How an <see cref="InferenceSampler"/> samples.</summary>
public sealed record InferenceSamplerOptions
{
    /// <summary>The method's defaults on all cores.</summary>
    public static InferenceSamplerOptions Default { get; } = new();

    /// <summary>How many steps a run takes. Range: 1 … T.</summary>
    /// <value>Null: the method's <see cref="SamplingMethod.DefaultSteps"/>.</value>
    public int? Steps { get; init; }

    /// <summary>Which timesteps the steps visit.</summary>
    /// <value>Null: the method's <see cref="SamplingMethod.DefaultSpacing"/>.</value>
    public SpacingRule? Spacing { get; init; }

    /// <summary>The timesteps to visit, ascending, in the place of <see cref="Steps"/> and <see cref="Spacing"/>.</summary>
    /// <value>Null.</value>
    public IReadOnlyList<int>? Timesteps { get; init; }

    /// <summary>
    /// η of <see cref="SamplingMethod.Ddim"/>: how much noise a step adds; 0 none, 1 as much as ancestral sampling. Range: 0 ≤ η ≤ 1.
    /// </summary>
    /// <value>0.</value>
    public double Eta { get; init; }

    /// <summary>
    /// Whether <see cref="SamplingMethod.Ddim"/> derives the noise anew from the clipped x̂_0 rather than keep it as the network gave it.
    /// </summary>
    /// <value>True.</value>
    public bool RederiveNoise { get; init; } = true;

    /// <summary>
    /// Measurements e_t of the network over its timesteps, from which the best variance of each step of <see cref="SamplingMethod.Ddpm"/>
    /// and <see cref="SamplingMethod.Ddim"/> follows: Analytic-DPM (Bao et al. 2022, arXiv:2201.06503).
    /// </summary>
    /// <value>Null: the variance of the process.</value>
    public IReadOnlyList<double>? Calibration { get; init; }

    /// <summary>
    /// The most noise that the last noisy step of <see cref="SamplingMethod.Ddpm"/> with <see cref="Calibration"/> may leave, as its mean
    /// magnitude in pixel values of 0–255. Range: &gt; 0.
    /// </summary>
    /// <value>Null: no limit.</value>
    public double? LastStepLimit { get; init; }

    /// <summary>How the weights of convolutions and dense layers are kept. All arithmetic is float32.</summary>
    /// <value><see cref="WeightPrecision.Full"/>.</value>
    public WeightPrecision Weights { get; init; }

    /// <summary>How many threads share the work, the caller among them. Samples do not depend on it. Range: ≥ 1.</summary>
    /// <value>Null: one for each processor.</value>
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

        bool unused = LastStepLimit is not null && !(ddpm && Calibration is not null);
        return !unused ? this : throw new ArgumentException(
            $"LastStepLimit must be null but for {SamplingMethod.Ddpm} with Calibration, but is {LastStepLimit}.");
    }
}
