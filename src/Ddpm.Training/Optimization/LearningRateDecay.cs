using System.Globalization;

namespace Ddpm.Training;

/// <summary>
/// Sets how the learning rate falls over a run, in addition to the warm-up. Derive from it for a decay of your own: a record, or a class
/// whose properties or <see cref="object.ToString"/> tell its settings, so that a resumed run can compare them.
/// </summary>
public abstract record LearningRateDecay
{
    /// <summary>Gets no decay: the authors' rate is constant.</summary>
    public static LearningRateDecay None { get; } = new NoDecay();

    /// <summary>
    /// Gets the step from which the rate stays at its end; null: the decay has no end. A run can be lengthened beyond it with
    /// <see cref="Trainer.ReplanLearningRate"/>.
    /// </summary>
    /// <value>Default: null.</value>
    public virtual long? EndsAt => null;

    /// <summary>
    /// Creates a decay along half a cosine to 0, (1 + cos(π s/steps))/2 (Loshchilov and Hutter 2016, arXiv:1608.03983, one cycle). Short
    /// runs improve much with it.
    /// </summary>
    /// <param name="steps">The step at which the rate is 0, including warm-up. Range: ≥ 1.</param>
    /// <returns>The decay.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is below 1.</exception>
    public static LearningRateDecay Cosine(long steps) => new CosineDecay(steps);

    /// <summary>Creates a linear decay to 0, 1 - s/steps.</summary>
    /// <param name="steps">The step at which the rate is 0, including warm-up. Range: ≥ 1.</param>
    /// <returns>The decay.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is below 1.</exception>
    public static LearningRateDecay Linear(long steps) => new LinearDecay(steps);

    /// <summary>
    /// Creates a constant rate that falls to 0 over the last part of the run, as 1 - √(share of that part that has passed) (Hägele et al.
    /// 2024, arXiv:2405.18392, WSD: warm-up, stable, decay). A run that is lengthened before the rate falls is the longer run from the
    /// start, to the bit.
    /// </summary>
    /// <param name="steps">The step at which the rate is 0, including warm-up. Range: ≥ 1.</param>
    /// <param name="decayShare">The share of the steps over which the rate falls. Range: 0 &lt; share ≤ 1. Default: 0.2.</param>
    /// <returns>The decay.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static LearningRateDecay WarmupStableDecay(long steps, double decayShare = 0.2) => new StableDecay(steps, decayShare);

    /// <summary>Returns the factor of the learning rate.</summary>
    /// <param name="trainingStep">The step, counted from 0.</param>
    /// <returns>The factor. Range: 0 … 1.</returns>
    public abstract double Factor(long trainingStep);

    private sealed record NoDecay : LearningRateDecay
    {
        public override double Factor(long trainingStep) => 1;

        public override string ToString() => "none";
    }

    private sealed record CosineDecay(long Steps) : LearningRateDecay
    {
        public long Steps { get; } = Checked(Steps);

        public override long? EndsAt => Steps;

        public override double Factor(long trainingStep) => (1 + Math.Cos(Math.PI * Math.Min((double)trainingStep / Steps, 1))) / 2;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"cosine over {Steps} steps");
    }

    private sealed record LinearDecay(long Steps) : LearningRateDecay
    {
        public long Steps { get; } = Checked(Steps);

        public override long? EndsAt => Steps;

        public override double Factor(long trainingStep) => 1 - Math.Min((double)trainingStep / Steps, 1);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"linear over {Steps} steps");
    }

    private sealed record StableDecay(long Steps, double DecayShare) : LearningRateDecay
    {
        public long Steps { get; } = Checked(Steps);

        public double DecayShare { get; } = DecayShare is > 0 and <= 1 ? DecayShare : throw new ArgumentOutOfRangeException(
            "decayShare", DecayShare, $"decayShare must be 0 < share ≤ 1, but is {DecayShare}.");

        public override long? EndsAt => Steps;

        public override double Factor(long trainingStep)
        {
            double length = Steps * DecayShare, passed = trainingStep - (Steps - length);
            return passed <= 0 ? 1 : 1 - Math.Sqrt(Math.Min(passed / length, 1));
        }

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"warm-up, stable, decay over {Steps} steps, the last {DecayShare} of them");
    }

    private static long Checked(long steps) =>
        steps >= 1 ? steps : throw new ArgumentOutOfRangeException(nameof(steps), steps, $"steps must be at least 1, but is {steps}.");
}
