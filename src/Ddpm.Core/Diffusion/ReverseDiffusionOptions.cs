namespace Ddpm.Core;

/// <summary>How a network's output becomes p_θ(x_{t-1} | x_t). The defaults are those of Ho et al. 2020 (arXiv:2006.11239) for CIFAR-10.</summary>
public sealed record ReverseDiffusionOptions
{
    /// <summary>The paper's choices for CIFAR-10.</summary>
    public static ReverseDiffusionOptions Default { get; } = new();

    /// <summary>What the network predicts.</summary>
    /// <value>ε (sec. 3.2).</value>
    public Prediction Prediction { get; init; } = Prediction.Epsilon;

    /// <summary>The variance σ_t².</summary>
    /// <value>β_t ("fixed large"), the authors' choice for CIFAR-10; they used β̃_t for the 256×256 sets.</value>
    public ReverseVariance Variance { get; init; } = ReverseVariance.FixedLarge;

    /// <summary>Whether x̂_0 is clipped to [-1, 1] before the mean is formed. Right for images; wrong for data on another scale.</summary>
    /// <value>True, as the authors' programs do.</value>
    public bool ClipX0 { get; init; } = true;

    internal void Validate()
    {
        if (Prediction is null) throw new ArgumentException("Prediction must not be null.", nameof(Prediction));
        if (Variance is null) throw new ArgumentException("Variance must not be null.", nameof(Variance));
    }
}
