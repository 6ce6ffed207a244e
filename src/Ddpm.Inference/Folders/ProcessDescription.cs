using System.Collections.Immutable;
using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// A reverse process as plain data: what a network was trained for, without a tensor library. Names are those of scheduler_config.json, so
/// that a
/// new prediction or variance needs no change here.
/// </summary>
public sealed record ProcessDescription
{
    /// <summary>The schedule that the network was trained with.</summary>
    public required IVarianceSchedule Schedule { get; init; }

    /// <summary>The prediction_type: "epsilon", "sample", "v_prediction", "posterior_mean".</summary>
    public required string Prediction { get; init; }

    /// <summary>The variance_type: "fixed_small", "fixed_large", "learned_range", "learned_log".</summary>
    public required string Variance { get; init; }

    /// <summary>How x̂_0 is kept in the range of the data.</summary>
    /// <value>[-1, 1].</value>
    public ClippingDescription Clipping { get; init; } = ClippingDescription.Unit;

    /// <summary>What stands for ln σ_0² in a likelihood.</summary>
    /// <value>The entry of t = 1.</value>
    public InitialLogVariance InitialLogVariance { get; init; } = InitialLogVariance.SecondEntry;

    /// <summary>The timesteps that a sampler visits, ascending; null for all. A folder does not hold them.</summary>
    /// <value>Null.</value>
    public ImmutableArray<int>? Timesteps { get; init; }
}
