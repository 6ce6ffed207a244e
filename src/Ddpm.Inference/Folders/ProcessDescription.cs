using System.Collections.Immutable;
using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// Describes the reverse process that a network was trained for, as plain data without a tensor library. Names are those of
/// scheduler_config.json, so that a new prediction or variance needs no change here.
/// </summary>
public sealed record ProcessDescription
{
    /// <summary>Gets the schedule that the network was trained with.</summary>
    public required IVarianceSchedule Schedule { get; init; }

    /// <summary>Gets the prediction_type: "epsilon", "sample", "v_prediction", "posterior_mean".</summary>
    public required string Prediction { get; init; }

    /// <summary>Gets the variance_type: "fixed_small", "fixed_large", "learned_range", "learned_log".</summary>
    public required string Variance { get; init; }

    /// <summary>Gets how x̂_0 is kept in the range of the data.</summary>
    /// <value>Default: [-1, 1].</value>
    public ClippingDescription Clipping { get; init; } = ClippingDescription.Unit;

    /// <summary>Gets the choice of ln σ_0² in a likelihood.</summary>
    /// <value>Default: the entry of t = 1.</value>
    public InitialLogVariance InitialLogVariance { get; init; } = InitialLogVariance.SecondEntry;

    /// <summary>
    /// Gets the timesteps that the network was trained for, as a distilled one for a few, or that a sampler visits, ascending; null: all.
    /// </summary>
    /// <value>Default: null.</value>
    public ImmutableArray<int>? Timesteps { get; init; }

    /// <summary>Gets the default sampler: DDIM for a distilled network, which was trained for its steps, otherwise DDPM.</summary>
    internal SamplingMethod DefaultMethod => Timesteps is null ? SamplingMethod.Ddpm : SamplingMethod.Ddim;

    /// <summary>Gets the schedule over <see cref="Timesteps"/>.</summary>
    /// <exception cref="ArgumentException">The timesteps are out of range or not ascending.</exception>
    internal IVarianceSchedule VisitedSchedule => Timesteps is { } retained ? new RespacedSchedule(Schedule, retained) : Schedule;
}
