namespace Ddpm.Training;

/// <summary>How a network is trained. The defaults are those of Ho et al. 2020 (arXiv:2006.11239, appendix B) for CIFAR-10.</summary>
public sealed record TrainingOptions
{
    /// <summary>The paper's choices for CIFAR-10.</summary>
    public static TrainingOptions Default { get; } = new();

    /// <summary>Adam's learning rate after warm-up. Range: &gt; 0.</summary>
    /// <value>2e-4; the authors used 2e-5 for the 256×256 sets.</value>
    public double LearningRate { get; init; } = 2e-4;

    /// <summary>Over how many steps the learning rate grows linearly from 0; 0 for none. Range: ≥ 0.</summary>
    /// <value>5000 (the authors' code).</value>
    public int WarmupSteps { get; init; } = 5000;

    /// <summary>Over how many steps the learning rate falls to 0 along half a cosine, warm-up included; null for a constant rate. Range: ≥ 1.</summary>
    /// <value>Null: the authors' rate is constant. Short runs gain much by a decay.</value>
    public int? CosineDecaySteps { get; init; }

    /// <summary>Adam's decay of the first moment. Range: 0 ≤ β₁ &lt; 1.</summary>
    /// <value>0.9.</value>
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary>Adam's decay of the second moment. Range: 0 ≤ β₂ &lt; 1.</summary>
    /// <value>0.999.</value>
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary>What Adam adds to the denominator, after bias correction as PyTorch does. Range: &gt; 0.</summary>
    /// <value>1e-8.</value>
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>How much of itself each parameter loses in a step, times the learning rate (AdamW, arXiv:1711.05101). Range: ≥ 0.</summary>
    /// <value>0: Adam, as the authors; improved-diffusion has AdamW with 0 too.</value>
    public double WeightDecay { get; init; }

    /// <summary>How many batches make a step: their gradients are averaged before the update, so that large batches fit in little memory. Range: ≥ 1.</summary>
    /// <value>1.</value>
    public int Accumulation { get; init; } = 1;

    /// <summary>The largest norm of all gradients together; larger ones are scaled down to it. Null for no clipping. Range: &gt; 0.</summary>
    /// <value>1 (the authors' code).</value>
    public double? GradientClip { get; init; } = 1;

    /// <summary>The decay of the moving average of the parameters. Range: 0 ≤ d &lt; 1.</summary>
    /// <value>0.9999 (appendix B).</value>
    public double EmaDecay { get; init; } = 0.9999;

    /// <summary>Whether the moving average forgets the random start faster in the first steps, see <see cref="ExponentialMovingAverage"/>.</summary>
    /// <value>True, which makes short runs sensible and changes long ones little; the authors had a constant decay.</value>
    public bool EmaRamp { get; init; } = true;

    /// <summary>The seed of timesteps, noise and dropout.</summary>
    /// <value>0.</value>
    public long Seed { get; init; }

    /// <summary>
    /// The learning rate of a step: LearningRate · min(step / WarmupSteps, 1), which is 0 for the first step as in the authors' code; times
    /// (1 + cos(π min(step / CosineDecaySteps, 1)))/2 where it decays.
    /// </summary>
    /// <param name="step">The step, counted from 0.</param>
    public double LearningRateAt(long step)
    {
        double warmup = WarmupSteps == 0 ? 1 : Math.Min((double)step / WarmupSteps, 1);
        double decay = CosineDecaySteps is { } steps ? (1 + Math.Cos(Math.PI * Math.Min((double)step / steps, 1))) / 2 : 1;
        return LearningRate * warmup * decay;
    }

    internal TrainingOptions Validated()
    {
        Check(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), "> 0", LearningRate);
        Check(WarmupSteps >= 0, nameof(WarmupSteps), "≥ 0", WarmupSteps);
        Check(CosineDecaySteps is null or >= 1, nameof(CosineDecaySteps), "≥ 1, or null", CosineDecaySteps);
        Check(AdamBeta1 is >= 0 and < 1, nameof(AdamBeta1), "0 ≤ β < 1", AdamBeta1);
        Check(AdamBeta2 is >= 0 and < 1, nameof(AdamBeta2), "0 ≤ β < 1", AdamBeta2);
        Check(AdamEpsilon > 0 && double.IsFinite(AdamEpsilon), nameof(AdamEpsilon), "> 0", AdamEpsilon);
        Check(WeightDecay >= 0 && double.IsFinite(WeightDecay), nameof(WeightDecay), "≥ 0", WeightDecay);
        Check(Accumulation >= 1, nameof(Accumulation), "≥ 1", Accumulation);
        Check(GradientClip is null or > 0, nameof(GradientClip), "> 0, or null", GradientClip);
        Check(EmaDecay is >= 0 and < 1, nameof(EmaDecay), "0 ≤ d < 1", EmaDecay);
        return this;
    }

    private static void Check(bool valid, string name, string expected, object? actual)
    {
        if (!valid) throw new ArgumentException($"{nameof(TrainingOptions)}.{name} must be {expected}, but is {actual}.", name);
    }
}
