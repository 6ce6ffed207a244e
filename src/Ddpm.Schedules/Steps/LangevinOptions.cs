namespace Ddpm.Core;

/// <summary>Sets the Langevin steps x ← x + δ s(x) + √(2δ) z at each noise level.</summary>
public sealed record LangevinOptions
{
    /// <summary>Gets the defaults of annealed Langevin dynamics, which has no other steps.</summary>
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
