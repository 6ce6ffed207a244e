using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// The best variance of each step of a trained network, at any number of steps, from a <see cref="NoiseCalibration"/> (Bao et al. 2022, arXiv:2201.06503, eq. 8):
/// β̃_t and what the uncertainty of x̂_0 adds. Between β̃_t and β_t for exact networks.
/// </summary>
public sealed class AnalyticVariance : ReverseVariance
{
    internal AnalyticVariance(NoiseCalibration calibration)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        Calibration = calibration;
    }

    /// <summary>The measurements of the network.</summary>
    public NoiseCalibration Calibration { get; }

    /// <inheritdoc/>
    public override int OutputsPerElement => 1;

    // At t = 0 the uncertainty of x̂_0 itself is the decoder's variance; no less than the floor of the others.
    internal override ImmutableArray<double>? FixedLogVariances(VarianceTables tables) =>
        [.. Calibration.StepVariances(tables.Coefficients).Select(variance => Math.Log(Math.Max(variance, 1e-20)))];

    internal override (Tensor Variance, Tensor LogVariance) Evaluate(VarianceTables tables, Tensor? output, Tensor xt, TimeIndex t)
    {
        Tensor log = t.Gather(tables.Fixed!.Value, xt);
        return (log.exp(), log);
    }
}
