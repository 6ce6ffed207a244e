using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Training;

/// <summary>Sets the network of a <see cref="GapFiller"/>, its training and its sampling.</summary>
public sealed record GapFillerOptions
{
    // The fewer channels a norm joins, the less the network sees of the level of a window.
    private const int Multiple = 8, ChannelsOfGroup = 4;

    /// <summary>Gets the defaults.</summary>
    public static GapFillerOptions Default { get; } = new();

    /// <summary>
    /// Gets the rows that the network sees at once. Dependence over more rows is lost; a gap longer than half of it is filled in parts.
    /// Range: 8 … 65,536, a multiple of 4.
    /// </summary>
    /// <value>Default: 64.</value>
    public int Window { get; init; } = 64;

    /// <summary>Gets the channels of the first level. Range: a multiple of 8.</summary>
    /// <value>Default: 24.</value>
    public int Channels { get; init; } = 24;

    /// <summary>Gets the probability of dropout. Range: 0 ≤ p &lt; 1.</summary>
    /// <value>Default: 0.1.</value>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Gets the windows in a batch of the training. Range: ≥ 1.</summary>
    /// <value>Default: 32.</value>
    public int BatchSize { get; init; } = 32;

    /// <summary>Gets the learning rate after 100 steps of warm-up; it falls to 0 by a cosine. Range: &gt; 0.</summary>
    /// <value>Default: 2e-3.</value>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Gets the steps of DPM-Solver++ in which a sample is drawn. Range: 1 … 1,000.</summary>
    /// <value>Default: 16.</value>
    public int SamplingSteps { get; init; } = 16;

    /// <summary>Gets the seed of the weights, the batches, what they hide, and the noise.</summary>
    /// <value>Default: 0.</value>
    public long Seed { get; init; }

    internal static ReverseDiffusion Process { get; } = new(
        new CosineSchedule(1000), new ReverseDiffusionOptions { Clipping = X0Clipping.None, Prediction = Prediction.V });

    internal UNetOptions Network(int columns, int calendar) => UNetOptions.ForSignal(Window, columns, Channels) with
    {
        ChannelMultipliers = [1, 2, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [],
        NormGroups = Channels / ChannelsOfGroup,
        Dropout = Dropout,
        Conditions = GapConditions.Describe(columns, calendar),
    };

    internal TrainingOptions Training(int steps) => new()
    {
        LearningRate = LearningRate,
        WarmupSteps = Math.Min(100, steps / 4),
        Decay = LearningRateDecay.Cosine(steps),
        Seed = Seed,
    };

    internal GapFillerOptions Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        if (Window is < 8 or > 65_536 || Window % 4 != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Window), Window, $"Window must be a multiple of 4 from 8 to 65,536, but is {Window}.");
        }

        if (Channels < Multiple || Channels % Multiple != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(Channels), Channels, $"Channels must be a multiple of {Multiple}, but is {Channels}.");
        }

        if (SamplingSteps is < 1 or > 1000)
        {
            throw new ArgumentOutOfRangeException(
                nameof(SamplingSteps), SamplingSteps, $"SamplingSteps must be 1 … 1,000, but is {SamplingSteps}.");
        }

        return this;
    }
}
