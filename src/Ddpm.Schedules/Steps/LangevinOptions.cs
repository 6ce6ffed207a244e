namespace Ddpm.Core;

/// <summary>Sets the Langevin steps x ← x + δ s(x) + √(2δ) z at each noise level.</summary>
public sealed record LangevinOptions
{
    private const double AnnealingRatio = 0.4;

    /// <summary>The most steps at a level that a default may cost: more is a choice for the caller.</summary>
    internal const int MostSteps = 100;

    /// <summary>Gets the settings of the papers' programs: r = 0.16 by norms, two steps at each level.</summary>
    public static LangevinOptions Default { get; } = new();

    /// <summary>Gets the defaults of the corrector in a predictor–corrector sampler.</summary>
    public static LangevinOptions Corrector { get; } = new() { StepsPerLevel = 1 };

    /// <summary>Gets r, which sets the length δ of a step: that of the score's part against that of the noise. Range: &gt; 0.</summary>
    /// <value>Default: 0.16.</value>
    public double SignalToNoise { get; init; } = 0.16;

    /// <summary>Gets how many steps are taken at each noise level. Range: ≥ 1.</summary>
    /// <value>Default: 2.</value>
    public int StepsPerLevel { get; init; } = 2;

    /// <summary>Gets how the length of a step follows from r.</summary>
    /// <value>Default: <see cref="LangevinStepSize.ScoreNorm"/>.</value>
    public LangevinStepSize StepSize { get; init; }

    /// <summary>
    /// Returns settings with which annealing, which has no other steps, stays stable at the noise levels of a process: δ in proportion to
    /// the level's variance, and as many steps as bring the noise that the level before left to less than twice the level's.
    /// </summary>
    /// <param name="coefficients">The tables of the process.</param>
    /// <param name="signalToNoise">r. Range: 0 &lt; r ≤ 1/√2. Default: 0.4.</param>
    /// <param name="stepsPerLevel">The steps at each level. Default: as few as are stable, at most 100.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="ArgumentException">
    /// An argument is out of range, or the noise would outgrow so few steps; the message says how many are needed.
    /// </exception>
    public static LangevinOptions Annealing(DiffusionCoefficients coefficients, double? signalToNoise = null, int? stepsPerLevel = null)
    {
        ArgumentNullException.ThrowIfNull(coefficients);
        double ratio = Require.Positive(signalToNoise ?? AnnealingRatio, nameof(signalToNoise));
        if (ratio > Math.Sqrt(0.5))
        {
            throw new ArgumentException(
                $"signalToNoise must be at most {Math.Sqrt(0.5):F3} where δ is 2 α r² (1-ᾱ), for a longer step overshoots, but is {ratio}.",
                nameof(signalToNoise));
        }

        if (stepsPerLevel is { } given) Require.AtLeast(given, 1, nameof(stepsPerLevel));
        var stability = new AnnealingStability(coefficients, ratio);
        int levels = coefficients.Timesteps, most = Math.Max(MostSteps, stepsPerLevel ?? 0);
        int? least = stability.LeastSteps(most);
        if (least is null)
        {
            throw new ArgumentException(
                $"coefficients must have noise levels so near to each other that {most} Langevin steps at each suffice for r = {ratio}, "
                    + $"but these {levels} need more: take more levels, or a larger r.",
                nameof(coefficients));
        }

        return stepsPerLevel < least
            ? throw new ArgumentException(
                $"stepsPerLevel must be at least {least} for r = {ratio} at these {levels} noise levels, for the noise grows from level to "
                    + $"level where the steps do not remove it, but is {stepsPerLevel}.",
                nameof(stepsPerLevel))
            : new LangevinOptions
            {
                SignalToNoise = ratio,
                StepsPerLevel = stepsPerLevel ?? least.Value,
                StepSize = LangevinStepSize.NoiseLevel,
            };
    }

    internal LangevinOptions Validated()
    {
        Require.Positive(SignalToNoise);
        Require.AtLeast(StepsPerLevel, 1);
        if (!Enum.IsDefined(StepSize))
        {
            string names = string.Join(" or ", Enum.GetNames<LangevinStepSize>());
            throw new ArgumentException($"StepSize must be {names}, but is {StepSize}.", nameof(StepSize));
        }

        return this;
    }
}
