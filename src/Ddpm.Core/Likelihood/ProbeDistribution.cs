namespace Ddpm.Core;

/// <summary>Names the distributions of the vectors v by which vᵀJv estimates a trace; each has the covariance I.</summary>
public enum ProbeDistribution
{
    /// <summary>±1 with equal probability: the smallest variance that independent elements can have, 0 for a diagonal J.</summary>
    Rademacher,

    /// <summary>The normal distribution: the diagonal of J adds to the variance.</summary>
    Gaussian,
}
