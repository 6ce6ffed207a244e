using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>σ_t² = β̃_t = (1-ᾱ_{t-1})/(1-ᾱ_t) β_t (Ho et al. 2020, arXiv:2006.11239, sec. 3.2).</summary>
public sealed class FixedSmallVariance : ReverseVariance
{
    internal FixedSmallVariance()
    {
    }

    /// <inheritdoc/>
    public override int OutputsPerElement => 1;

    internal override ImmutableArray<double> LogVariances(DiffusionCoefficients coefficients) => LogTable(coefficients, coefficients.PosteriorVariances);
}
