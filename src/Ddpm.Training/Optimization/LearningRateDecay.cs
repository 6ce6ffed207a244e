using System.Globalization;

namespace Ddpm.Training;

/// <summary>How the learning rate falls over a run, beside the warm-up.</summary>
public abstract record LearningRateDecay
{
    private protected LearningRateDecay()
    {
    }

    /// <summary>No decay: the authors' rate is constant.</summary>
    public static LearningRateDecay None { get; } = new NoDecay();

    /// <summary>
    /// Along half a cosine to 0, (1 + cos(π s/steps))/2 (Loshchilov and Hutter 2016, arXiv:1608.03983, one cycle). Short runs gain much
    /// by it.
    /// </summary>
    /// <param name="steps">The step at which it is 0, warm-up included. Range: ≥ 1.</param>
    /// <returns>The decay.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is below 1.</exception>
    public static LearningRateDecay Cosine(long steps) => new CosineDecay(steps);

    /// <summary>In a straight line to 0, 1 - s/steps.</summary>
    /// <param name="steps">The step at which it is 0, warm-up included. Range: ≥ 1.</param>
    /// <returns>The decay.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> is below 1.</exception>
    public static LearningRateDecay Linear(long steps) => new LinearDecay(steps);

    /// <summary>What the learning rate is multiplied by.</summary>
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
