using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Computes the variance σ_t² of p_θ(x_{t-1} | x_t) (Ho et al. 2020, arXiv:2006.11239, sec. 3.2).</summary>
public abstract class ReverseVariance
{
    private protected ReverseVariance()
    {
    }

    /// <summary>Gets σ_t² = β̃_t, the lower bound, which is right for data that is a single point.</summary>
    public static ReverseVariance FixedSmall { get; } = new FixedSmallVariance();

    /// <summary>Gets σ_t² = β_t, the upper bound, which is right for normally distributed data: the paper's choice for CIFAR-10.</summary>
    public static ReverseVariance FixedLarge { get; } = new FixedLargeVariance();

    /// <summary>
    /// Gets a learned variance: the network outputs ln σ_t² for each element in addition to its prediction, the learned diagonal Σ of the
    /// paper's Table 2.
    /// </summary>
    public static ReverseVariance Learned { get; } = new LearnedVariance();

    /// <summary>
    /// Gets a learned variance: the network outputs where ln σ_t² lies between ln β̃_t and ln β_t, as in improved-diffusion
    /// (arXiv:2102.09672, eq. 15).
    /// </summary>
    public static ReverseVariance LearnedRange { get; } = new LearnedRangeVariance();

    /// <summary>Gets the variances that need no measurements, for lists of choices.</summary>
    public static ImmutableArray<ReverseVariance> Known { get; } = [FixedSmall, FixedLarge, Learned, LearnedRange];

    /// <summary>Creates the best variance of each step from measurements of the network.</summary>
    /// <param name="calibration">The measurements.</param>
    /// <param name="lastStepLimit">
    /// The most noise that the last noisy step may leave in a picture, as its mean magnitude in pixel values of 0–255; it matters with few
    /// steps. The authors take 2 for the linear schedule, else 1 (arXiv:2201.06503, appendix F.2). Null: no limit, which a likelihood
    /// needs. Range: &gt; 0.
    /// </param>
    /// <returns>The variance.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lastStepLimit"/> is not positive and finite.</exception>
    public static ReverseVariance Analytic(NoiseCalibration calibration, double? lastStepLimit = null) =>
        new AnalyticVariance(calibration, lastStepLimit);

    /// <summary>Gets the name in lower case with hyphens: "fixed-small", "fixed-large", "learned", "learned-range", "analytic".</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Gets the variance_type of scheduler_config.json: the word of diffusers, where diffusers knows the variance. Null where a sampler
    /// chooses the variance, not the training.
    /// </summary>
    public abstract string? ConfigurationName { get; }

    /// <summary>Gets how many numbers the network outputs for each element of x_t: 1, or 2 when it predicts the variance too.</summary>
    public abstract int OutputsPerElement { get; }

    /// <summary>Gets whether the network predicts the variance.</summary>
    public bool IsLearned => OutputsPerElement == 2;

    /// <summary>Returns <see cref="Name"/> as the text.</summary>
    public sealed override string ToString() => Name;

    /// <summary>ln σ_t² over t = 0 … T-1; null when learned.</summary>
    internal abstract ImmutableArray<double>? FixedLogVariances(VarianceTables tables);

    /// <summary>
    /// σ_t² and ln σ_t², broadcastable to x_t. Called inside a dispose scope.
    /// </summary>
    /// <param name="tables">The tables of the process.</param>
    /// <param name="output">
    /// The second half of the network's output in the shape of <paramref name="xt"/>; null when the variance is fixed.
    /// </param>
    /// <param name="xt">The noisy examples.</param>
    /// <param name="t">The timesteps.</param>
    internal abstract (Tensor Variance, Tensor LogVariance) Evaluate(VarianceTables tables, Tensor? output, Tensor xt, TimeIndex t);
}
