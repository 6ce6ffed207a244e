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

    /// <summary>The measurements of the network.</summary>
    public NoiseCalibration Calibration { get; }

    /// <summary>The most noise that the last noisy step may leave, as its mean magnitude in pixel values; null for no limit.</summary>
    public double? LastStepLimit { get; }

    public override string Name => "analytic";

    // A choice of the sampler: the network was trained with another variance.
    public override string? ConfigurationName => null;

    public override int OutputsPerElement => 1;

    // At t = 0 the uncertainty of x̂_0 itself is the decoder's variance; no less than the floor of the others.
    internal override ImmutableArray<double>? FixedLogVariances(VarianceTables tables) =>
        [.. Calibration.StepVariances(tables.Coefficients)
            .Select((variance, t) => Math.Log(Math.Max(t == 1 ? Math.Min(variance, LastStepVariance) : variance, 1e-20)))];

    // The mean magnitude of a normal number is σ √(2/π); a pixel value is 2/255.
    private double LastStepVariance => LastStepLimit is { } limit
        ? Math.Pow(limit * 2 / 255 * Math.Sqrt(Math.PI / 2), 2)
        : double.PositiveInfinity;

    internal override (Tensor Variance, Tensor LogVariance) Evaluate(VarianceTables tables, Tensor? output, Tensor xt, TimeIndex t)
    {
        Tensor log = t.Gather(tables.Fixed!.Value, xt);
        return (log.exp(), log);
    }
}
