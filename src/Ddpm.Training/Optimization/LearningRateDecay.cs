using System.Globalization;

namespace Ddpm.Training;

/// <summary>Sets how the learning rate falls over a run, in addition to the warm-up.</summary>
public abstract record LearningRateDecay
{
    private protected LearningRateDecay()
    {
    }

    /// <summary>Gets no decay: the authors' rate is constant.</summary>
    public static LearningRateDecay None { get; } = new NoDecay();

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

        public override double Factor(long trainingStep) => (1 + Math.Cos(Math.PI * Math.Min((double)trainingStep / Steps, 1))) / 2;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"cosine over {Steps} steps");
    }

    private sealed record LinearDecay(long Steps) : LearningRateDecay
    {
        public long Steps { get; } = Checked(Steps);

        public override double Factor(long trainingStep) => 1 - Math.Min((double)trainingStep / Steps, 1);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"linear over {Steps} steps");
    }

    private static long Checked(long steps) =>
        steps >= 1 ? steps : throw new ArgumentOutOfRangeException(nameof(steps), steps, $"steps must be at least 1, but is {steps}.");
}
