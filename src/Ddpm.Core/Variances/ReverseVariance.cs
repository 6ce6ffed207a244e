using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>The variance σ_t² of p_θ(x_{t-1} | x_t) (Ho et al. 2020, arXiv:2006.11239, sec. 3.2).</summary>
public abstract class ReverseVariance
{
    private protected ReverseVariance()
    {
    }

    /// <summary>σ_t² = β̃_t, the lower bound, right for data that is a single point.</summary>
    public static ReverseVariance FixedSmall { get; } = new FixedSmallVariance();

    /// <summary>σ_t² = β_t, the upper bound, right for normally distributed data: the paper's choice for CIFAR-10.</summary>
    public static ReverseVariance FixedLarge { get; } = new FixedLargeVariance();

    /// <summary>How many numbers the network puts out for each element of x_t: 1, or 2 when it predicts the variance too.</summary>
    public abstract int OutputsPerElement { get; }

    /// <summary>
    /// ln σ_t² over t = 0 … T-1. The entry at t = 0, where β̃_0 = 0 has no logarithm, is that of t = 1, as Ho et al.'s CIFAR-10 code and
    /// improved-diffusion have it; it matters for likelihoods only, since no noise is added at t = 0.
    /// </summary>
    internal abstract ImmutableArray<double> LogVariances(DiffusionCoefficients coefficients);

    private protected static ImmutableArray<double> LogTable(DiffusionCoefficients coefficients, ImmutableArray<double> variances)
    {
        double first = coefficients.Timesteps > 1 ? coefficients.PosteriorVariances[1] : coefficients.Betas[0];
        var log = ImmutableArray.CreateBuilder<double>(variances.Length);
        log.Add(Math.Log(first));
        for (int t = 1; t < variances.Length; t++) log.Add(Math.Log(variances[t]));
        return log.MoveToImmutable();
    }
}
