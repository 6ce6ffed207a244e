using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// The best variance of each step of a trained network, at any number of steps, from a <see cref="NoiseCalibration"/> (Bao et al. 2022,
/// arXiv:2201.06503, eq. 8): β̃_t and what the uncertainty of x̂_0 adds. Between β̃_t and β_t for exact networks.
/// </summary>
internal sealed class AnalyticVariance : ReverseVariance
{
    internal AnalyticVariance(NoiseCalibration calibration, double? lastStepLimit)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        Calibration = calibration;
        LastStepLimit = lastStepLimit is { } limit ? Require.Positive(limit, nameof(lastStepLimit)) : null;
    }

    /// <summary>Gets the measurements of the network.</summary>
    public NoiseCalibration Calibration { get; }

    /// <summary>Gets the most noise that the last noisy step may leave, as its mean magnitude in pixel values; null for no limit.</summary>
    public double? LastStepLimit { get; }

    public override string Name => "analytic";

    // A choice of the sampler: the network was trained with another variance.
    public override string? ConfigurationName => null;

    public override int OutputsPerElement => 1;

    internal override ImmutableArray<double>? FixedLogVariances(VarianceTables tables) =>
        Calibration.Variances.StepLogVariances(tables.Coefficients, LastStepLimit);

    internal override (Tensor Variance, Tensor LogVariance) Evaluate(VarianceTables tables, Tensor? output, Tensor xt, TimeIndex t)
    {
        Tensor log = t.Gather(tables.Fixed!.Value, xt);
        return (log.exp(), log);
    }
}
