namespace Ddpm.Core;

/// <summary>
/// Sets how a network's output becomes p_θ(x_{t-1} | x_t). The defaults are those of Ho et al. 2020 (arXiv:2006.11239) for CIFAR-10.
/// </summary>
public sealed record ReverseDiffusionOptions
{
    /// <summary>Gets the paper's choices for CIFAR-10.</summary>
    public static ReverseDiffusionOptions Default { get; } = new();

    /// <summary>Gets what the network predicts.</summary>
    /// <value>Default: ε (sec. 3.2).</value>
    public Prediction Prediction { get; init; } = Prediction.Epsilon;

    /// <summary>Gets the variance σ_t².</summary>
    /// <value>Default: β_t ("fixed large"), the authors' choice for CIFAR-10; they used β̃_t for the 256×256 sets.</value>
    public ReverseVariance Variance { get; init; } = ReverseVariance.FixedLarge;

    /// <summary>
    /// Gets the rule that keeps x̂_0 in the data's range before the mean is formed. [-1, 1] is right for images and wrong for data on
    /// another scale.
    /// </summary>
    /// <value>Default: [-1, 1], as in the authors' programs.</value>
    public X0Clipping Clipping { get; init; } = X0Clipping.Unit;

    /// <summary>Gets the choice of ln σ_0² in a likelihood.</summary>
    /// <value>Default: the entry of t = 1, as in the authors' CIFAR-10 code and in improved-diffusion.</value>
    public InitialLogVariance InitialLogVariance { get; init; } = InitialLogVariance.SecondEntry;

    internal ReverseDiffusionOptions Validated()
    {
        if (Prediction is null) throw new ArgumentException("Prediction must not be null.", nameof(Prediction));
        if (Variance is null) throw new ArgumentException("Variance must not be null.", nameof(Variance));
        if (Clipping is null) throw new ArgumentException("Clipping must not be null.", nameof(Clipping));
        return this;
    }
}
