using System.Collections.Immutable;
using TorchSharp;

namespace Ddpm.Training;

/// <summary>
/// Sets how a network is trained. The defaults are those of Ho et al. 2020 (arXiv:2006.11239, appendix B) for CIFAR-10, except the moving
/// average, whose default suits short runs too; <see cref="Paper"/> has the authors' average.
/// </summary>
public sealed record TrainingOptions
{
    private static readonly ImmutableSortedDictionary<string, double> NoDropout =
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);

    /// <summary>Gets the default settings.</summary>
    public static TrainingOptions Default { get; } = new();

    /// <summary>Gets the paper's choices for CIFAR-10, with its constant average of 0.9999 for 800,000 steps.</summary>
    public static TrainingOptions Paper { get; } = new() { Averages = [AverageProfile.Constant()] };

    /// <summary>Gets Adam's learning rate after warm-up. Range: &gt; 0.</summary>
    /// <value>Default: 2e-4; the authors used 2e-5 for the 256×256 sets.</value>
    public double LearningRate { get; init; } = 2e-4;

    /// <summary>Gets the number of steps over which the learning rate grows linearly from 0; 0: no warm-up. Range: ≥ 0.</summary>
    /// <value>Default: 5000 (the authors' code).</value>
    public int WarmupSteps { get; init; } = 5000;

    /// <summary>Gets how the learning rate falls over the run.</summary>
    /// <value>Default: None: the authors' rate is constant. Short runs gain much by a decay.</value>
    public LearningRateDecay Decay { get; init; } = LearningRateDecay.None;

    /// <summary>Gets Adam's decay of the first moment. Range: 0 ≤ β₁ &lt; 1.</summary>
    /// <value>Default: 0.9.</value>
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary>Gets Adam's decay of the second moment. Range: 0 ≤ β₂ &lt; 1.</summary>
    /// <value>Default: 0.999.</value>
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary>Gets the number that Adam adds to the denominator, after bias correction as PyTorch does. Range: &gt; 0.</summary>
    /// <value>Default: 1e-8.</value>
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>
    /// Gets the share that each parameter loses in a step, multiplied by the learning rate (AdamW, arXiv:1711.05101). Range: ≥ 0.
    /// </summary>
    /// <value>Default: 0: Adam, as the authors; improved-diffusion has AdamW with 0 too.</value>
    public double WeightDecay { get; init; }

    /// <summary>
    /// Gets how many batches form a step. Their gradients are averaged before the update, so that large batches fit in little memory.
    /// Range: ≥ 1.
    /// </summary>
    /// <value>Default: 1.</value>
    public int Accumulation { get; init; } = 1;

    /// <summary>
    /// Gets the largest norm of all gradients together; larger ones are scaled down to it. Null: no clipping. Range: &gt; 0.
    /// </summary>
    /// <value>Default: 1 (the authors' code).</value>
    public double? GradientClip { get; init; } = 1;

    /// <summary>Gets the moving averages of the parameters; the first is <see cref="Trainer.Ema"/>. Range: at least one.</summary>
    /// <value>
    /// Default: one, <see cref="AverageProfile.Power"/>, which is right for 500 and for 500,000 steps; the authors had
    /// <see cref="AverageProfile.Constant"/>.
    /// </value>
    public ImmutableArray<AverageProfile> Averages { get; init; } = [AverageProfile.Power()];

    /// <summary>
    /// Gets the probability that an example's class is withheld, so that a network with a null label learns to predict without it and can
    /// be guided (arXiv:2207.12598); other networks ignore it. Range: 0 … 1.
    /// </summary>
    /// <value>Default: 0.1 (the guidance paper).</value>
    public double LabelDropout { get; init; } = 0.1;

    /// <summary>
    /// Gets the probability with which each condition of an example is replaced by zeros, by the condition's name, each
    /// independently of the others. A network so learns to predict without the condition, as guidance needs. Range of each: 0 … 1.
    /// </summary>
    /// <value>Default: none: conditions are always given.</value>
    public ImmutableSortedDictionary<string, double> ConditionDropout { get; init; } = NoDropout;

    /// <summary>
    /// Gets the type in which the network computes; null: the network's type. With <see cref="torch.ScalarType.BFloat16"/> parameters, sums
    /// of gradients, optimiser and averages stay float32.
    /// </summary>
    /// <value>Default: null.</value>
    public torch.ScalarType? ComputeType { get; init; }

    /// <summary>
    /// Gets whether norm, update and averages are computed for all parameters in one call, of libtorch or of this library. Otherwise they
    /// are computed tensor by tensor, which gives the same to rounding and is several times slower.
    /// </summary>
    /// <value>Default: true.</value>
    public bool FusedUpdates { get; init; } = true;

    /// <summary>Gets the seed of timesteps, noise, dropout and withheld classes.</summary>
    /// <value>Default: 0.</value>
    public long Seed { get; init; }

    /// <summary>
    /// Returns the learning rate of a step: LearningRate · min(step / WarmupSteps, 1), which is 0 for the first step as in the authors'
    /// code; times the factor of <see cref="Decay"/>.
    /// </summary>
    /// <param name="step">The step, counted from 0.</param>
    /// <returns>The learning rate.</returns>
    public double LearningRateAt(long step) => WarmedUpRate(step) * Decay.Factor(step);

    /// <summary>The learning rate of a step before its decay.</summary>
    internal double WarmedUpRate(long step) => LearningRate * (WarmupSteps == 0 ? 1 : Math.Min((double)step / WarmupSteps, 1));

    /// <summary>What the optimiser needs of these.</summary>
    internal AdamSettings Adam => new(AdamBeta1, AdamBeta2, AdamEpsilon, WeightDecay);

    internal TrainingOptions Validated()
    {
        Check(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), "> 0", LearningRate);
        Check(WarmupSteps >= 0, nameof(WarmupSteps), "≥ 0", WarmupSteps);
        Check(Decay is not null, nameof(Decay), "a decay", "null");
        Check(AdamBeta1 is >= 0 and < 1, nameof(AdamBeta1), "0 ≤ β < 1", AdamBeta1);
        Check(AdamBeta2 is >= 0 and < 1, nameof(AdamBeta2), "0 ≤ β < 1", AdamBeta2);
        Check(AdamEpsilon > 0 && double.IsFinite(AdamEpsilon), nameof(AdamEpsilon), "> 0", AdamEpsilon);
        Check(WeightDecay >= 0 && double.IsFinite(WeightDecay), nameof(WeightDecay), "≥ 0", WeightDecay);
        Check(Accumulation >= 1, nameof(Accumulation), "≥ 1", Accumulation);
        Check(GradientClip is null or > 0, nameof(GradientClip), "> 0, or null", GradientClip);
        Check(!Averages.IsDefaultOrEmpty && !Averages.Contains(null!), nameof(Averages), "at least one profile", "empty or null");
        Check(LabelDropout is >= 0 and <= 1, nameof(LabelDropout), "0 … 1", LabelDropout);
        Check(ConditionDropout is not null, nameof(ConditionDropout), "a dictionary, perhaps empty", "null");
        foreach ((string name, double probability) in ConditionDropout!)
        {
            Check(probability is >= 0 and <= 1, $"{nameof(ConditionDropout)}[\"{name}\"]", "0 … 1", probability);
        }

        Check(ComputeType is null or torch.ScalarType.BFloat16, nameof(ComputeType), $"{torch.ScalarType.BFloat16}, or null", ComputeType);
        return this;
    }

    private static void Check(bool valid, string name, string expected, object? actual)
    {
        if (!valid) throw new ArgumentException($"{nameof(TrainingOptions)}.{name} must be {expected}, but is {actual}.", name);
    }
}
