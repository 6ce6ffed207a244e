using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>σ_t² = β̃_t = (1-ᾱ_{t-1})/(1-ᾱ_t) β_t (Ho et al. 2020, arXiv:2006.11239, sec. 3.2).</summary>
internal sealed class FixedSmallVariance : ReverseVariance
{
    public override string Name => "fixed-small";

    public override string? ConfigurationName => "fixed_small";

    public override int OutputsPerElement => 1;

    internal override ImmutableArray<double>? FixedLogVariances(VarianceTables tables) => tables.SmallLog;

    internal override (Tensor Variance, Tensor LogVariance) Evaluate(VarianceTables tables, Tensor? output, Tensor xt, TimeIndex t) =>
        (t.Gather(tables.Small, xt), t.Gather(tables.SmallLog, xt));
}
