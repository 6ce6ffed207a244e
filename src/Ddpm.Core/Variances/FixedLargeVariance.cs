using System.Collections.Immutable;

namespace Ddpm.Core;

/// <summary>σ_t² = β_t (Ho et al. 2020, arXiv:2006.11239, sec. 3.2).</summary>
public sealed class FixedLargeVariance : ReverseVariance
{
    internal FixedLargeVariance()
    {
    }

    /// <inheritdoc/>
    public override int OutputsPerElement => 1;

    internal override ImmutableArray<double> LogVariances(DiffusionCoefficients coefficients) => LogTable(coefficients, coefficients.Betas);
}
